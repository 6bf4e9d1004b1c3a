import type { Note } from "../backend";
import { say } from "../words";
import styles from "./after.module.css";

/** What a clinician said came of a call. */
export function NotedWords({ note }: { note: Partial<Note> }) {
  return (
    <p>
      {note.outcome && <span className={styles.outcome}>{say(`after:outcome.${note.outcome}`)}</span>}
      {note.outcome && note.text && " · "}
      {note.text && <q>{note.text}</q>}
    </p>
  );
}

export function isEmpty(note: Partial<Note> | undefined): boolean {
  return !note?.outcome && !note?.text;
}
