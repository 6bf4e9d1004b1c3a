import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { isUnsaved, newest } from "../after/drafts";
import { isEmpty, NotedWords } from "../after/Noted";
import { NoteForm } from "../after/NoteForm";
import { useDraft } from "../after/use";
import { useKeptFocus } from "../after/useKeptFocus";

import { outcomeOf } from "../outcome";
import { usePhone, useServices } from "../services";
import { say } from "../words";
import styles from "./history.module.css";
import { beganAt } from "./line";
import type { Entry } from "./words";

interface EntryNoteProps {
  entry: Entry;
  appointment: string;
  /** With whom the call was. */
  name: string;
}

/** What the clinician said came of a call, beside its line; for a day it can still be said, or changed. */
export function EntryNote({ entry, appointment, name }: EntryNoteProps) {
  const { drafts, time } = useServices();
  const key = entry.call.key;
  const draft = useDraft(key);
  const asked = usePhone(({ call }) => call?.callSid !== undefined && call.callSid === key); // by the dock
  const [open, setOpen] = useState(false);
  if (open && draft?.state === "saved") setOpen(false);
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part);
  const note = newest(entry.note, draft?.kept);
  const writing = draft && (isUnsaved(draft) || draft.state === "saving" || (open && draft.state !== "saved"));
  if (key !== undefined && draft && writing && !asked) {
    const cancel = () => {
      drafts.discard(key);
      setOpen(false);
    };
    return (
      <div ref={part} className={styles.noting}>
        <NoteForm call={key} draft={draft}>
          <Button variant="subtle" onClick={cancel}>
            {say("after:cancel")}
          </Button>
        </NoteForm>
      </div>
    );
  }
  // One that was told live and is not in the record yet is the clinician's: nobody else is told of it.
  const own = entry.recorded?.own ?? true;
  const changeable = key !== undefined && own && !asked && canNote(entry, Date.now());
  if (isEmpty(note) && !changeable) return null;
  const write = () => {
    if (key === undefined) return;
    drafts.open(key, { name, appointment }, note);
    drafts.change(key, {});
    setOpen(true);
  };
  const began = beganAt(entry);
  const when = began === undefined ? say("history:timeUnknown") : time.when(began, Date.now());
  const empty = isEmpty(note);
  return (
    <div ref={part} className={styles.note} data-empty={empty || undefined}>
      {!empty && note && <NotedWords note={note} />}
      {changeable && (
        <Button
          variant="subtle"
          size="compact-sm"
          className={styles.write}
          onClick={write}
          data-main
          aria-label={empty ? say("after:addTo", { when }) : say("after:editOf", { when })}
        >
          {empty ? say("after:add") : say("after:edit")}
        </Button>
      )}
    </div>
  );
}

const DAY = 24 * 60 * 60_000;

/** The service takes a note until a day after the call's end; of what was never placed there is nothing to say. */
function canNote({ call }: Entry, now: number): boolean {
  if (outcomeOf(call) === "refused") return false;
  const end = Date.parse(call.ended ?? call.received ?? call.sent ?? "");
  return !call.final || (!Number.isNaN(end) && now - end < DAY);
}
