import { Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type SyntheticEvent, useState } from "react";
import type { Appointment } from "../backend";
import { machineTime } from "../clinictime";
import { Reference } from "../page";
import { useServices } from "../services";
import styles from "./history.module.css";
import { Timeline } from "./Timeline";
import { calledWords, whomOf } from "./whom";
import { type Entry, endingOf, wordsOf } from "./words";

interface CallEntryProps {
  entry: Entry;
  /** Whether it starts open; afterwards it is the reader's to say. */
  open: boolean;
  appointment: Appointment;
}

export function CallEntry({ entry, open, appointment }: CallEntryProps) {
  const { time } = useServices();
  const [shown, setShown] = useState(open);
  const { call, recorded } = entry;
  const whom = whomOf(appointment, call);
  const words = wordsOf(call, whom, endingOf(entry));
  const called = calledWords(whom, call.ending);
  const began = call.sent ?? recorded?.timeline[0]?.at ?? entry.pending?.at;
  return (
    <li className={styles.call}>
      <details
        open={shown}
        onToggle={(event: SyntheticEvent<HTMLDetailsElement>) => setShown(event.currentTarget.open)}
      >
        <summary className={styles.summary}>
          <IconChevronRight aria-hidden size={20} className={styles.chevron} />
          <span className={styles.summaryText}>
            <span className={styles.outcome} data-tone={words.tone}>
              {words.heading}
            </span>
            <span className={styles.small}>
              {began !== undefined && <time dateTime={machineTime(began)}>{time.when(began, Date.now())}</time>}
              {called && ` · ${called}`}
            </span>
          </span>
        </summary>
        <Timeline entry={entry} whom={whom} />
        <details className={styles.references}>
          <summary className={styles.referencesHead}>References for auditors</summary>
          {recorded && <Reference label="Record (Communication)" value={recorded.id} />}
          {call.clinicianLeg && <Reference label="Clinician’s leg of the call" value={call.clinicianLeg} />}
          {call.memberLeg && <Reference label="Leg of the person called" value={call.memberLeg} />}
          {call.refusal && <Reference label="Refusal code" value={call.refusal.code} />}
          {!recorded && !call.clinicianLeg && <Text size="sm">Not in the record yet.</Text>}
        </details>
      </details>
    </li>
  );
}
