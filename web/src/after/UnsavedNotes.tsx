import { Button } from "@mantine/core";
import { BackendError } from "../backend";
import { usePhone, useServices } from "../services";
import { say } from "../words";
import styles from "./after.module.css";
import type { Draft } from "./drafts";
import { useDrafts } from "./use";

/** Notes of earlier calls that could not be saved, on every page until they are, or are not wanted. */
export function UnsavedNotes() {
  const drafts = useDrafts();
  const shown = usePhone(({ call }) => call?.callSid);
  const failed = [...drafts].filter(([call, { state }]) => state === "failed" && call !== shown);
  return failed.map(([call, draft]) => <Unsaved key={call} call={call} draft={draft} />);
}

function Unsaved({ call, draft }: { call: string; draft: Draft }) {
  const { drafts } = useServices();
  const known = draft.error instanceof BackendError ? draft.error : undefined;
  return (
    <div className={styles.unsaved} role="alert">
      <p>
        {say("after:unsavedOf", { name: draft.about.name })} {known?.sentence}
        {draft.text && <q className={styles.lost}>{draft.text}</q>}
      </p>
      {(known?.passing ?? true) && (
        <Button variant="default" onClick={() => void drafts.save(call)}>
          {say("after:retry")}
        </Button>
      )}
      <Button variant="subtle" onClick={() => drafts.discard(call)}>
        {say("after:discard")}
      </Button>
    </div>
  );
}
