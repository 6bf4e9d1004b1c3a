import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { Problem } from "../page";
import { useServices } from "../services";
import styles from "./audit.module.css";
import type { Asked } from "./filters";
import { say } from "./words";

/** All calls that match as one table, not only those on the page. */
export function Download({ asked }: { asked: Asked }) {
  const { backend } = useServices();
  const [making, setMaking] = useState(false);
  const [error, setError] = useState<unknown>();
  const download = async () => {
    setMaking(true);
    setError(undefined);
    try {
      save(await backend.auditTable(asked), `calls-${asked.from}-to-${asked.to}.csv`);
    } catch (failed) {
      setError(failed);
    }
    setMaking(false);
  };
  return (
    <div className={styles.download}>
      <Button
        variant="default"
        leftSection={<IconDownload aria-hidden size={20} />}
        aria-disabled={making}
        onClick={() => !making && void download()}
      >
        {making ? say("audit:downloading") : say("audit:download")}
      </Button>
      {error !== undefined && <Problem title={say("audit:downloadFailed")} error={error} onRetry={download} />}
    </div>
  );
}

/** The request needs the session in a header, which no link can send. */
function save(table: Blob, name: string) {
  const url = URL.createObjectURL(table);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}
