import { Button } from "@mantine/core";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import styles from "./CheckPage.module.css";
import type { Finding } from "./finding";
import { type ReportFacts, reportFileName, reportText } from "./report";
import { say } from "./words";

interface ReportProps {
  findings: Finding[];
  facts: ReportFacts;
  /** Somebody should see it. */
  open: boolean;
}

/** Folded away as long as there is nothing to send. */
export function Report({ findings, facts, open }: ReportProps) {
  const text = reportText(findings, facts);
  const field = useRef<HTMLTextAreaElement>(null);
  const [said, setSaid] = useState("");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid(say("check:report.copied"));
    } catch {
      field.current?.select(); // the browser does not let pages copy: the person still can
      setSaid(say("check:report.copyByHand"));
    }
  };
  return (
    <details className={styles.report} open={open}>
      <summary>
        <h2>{say("check:report.heading")}</h2>
      </summary>
      <p>{say("check:report.harmless")}</p>
      <textarea
        ref={field}
        readOnly
        rows={12}
        value={text}
        aria-label={say("check:report.label")}
        className={styles.text}
      />
      <div className={styles.row}>
        <Button leftSection={<IconCopy size={20} aria-hidden />} onClick={() => void copy()}>
          {say("check:report.copy")}
        </Button>
        <Button
          variant="default"
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => save(text, reportFileName(facts))}
        >
          {say("check:report.download")}
        </Button>
      </div>
      <p role="status">{said}</p>
    </details>
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
