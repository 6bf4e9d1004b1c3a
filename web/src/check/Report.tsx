import { Button } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import styles from "./CheckPage.module.css";
import type { Finding } from "./finding";
import { type ReportFacts, reportFileName, reportText } from "./report";

interface ReportProps {
  findings: Finding[];
  facts: ReportFacts;
}

export function Report({ findings, facts }: ReportProps) {
  const text = reportText(findings, facts);
  const field = useRef<HTMLTextAreaElement>(null);
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid("Report copied.");
    } catch {
      field.current?.select(); // the browser does not let pages copy: the person still can
      setSaid("Press Ctrl+C (on a Mac: Cmd+C) to copy the report.");
    }
  };
  return (
    <section className={styles.report} aria-labelledby="report-heading">
      <h2 id="report-heading">Report for your IT team</h2>
      <p>It holds no names, phone numbers or passwords.</p>
      <textarea ref={field} readOnly rows={12} value={text} aria-label="Report" className={styles.text} />
      <div className={styles.row}>
        <Button leftSection={<IconCopy size={20} aria-hidden />} onClick={() => void copy()}>
          Copy report
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => save(text, reportFileName(facts))}
        >
          Download report
        </Button>
      </div>
      <p role="status">{said}</p>
    </section>
  );
}

function save(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000); // Safari reads it a moment after the click
}
