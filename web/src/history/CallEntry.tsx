import { Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type SyntheticEvent, useState } from "react";
import type { Appointment } from "../backend";
import { machineTime } from "../clinictime";
import { Reference } from "../page";
import { useServices } from "../services";
import styles from "./history.module.css";
import { Timeline } from "./Timeline";
import { type Entry, type Who, wordsOf } from "./words";

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
  const called = whomOf(appointment, call.ending);
  const words = wordsOf(call, called.who, call.refusal);
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
              {call.ending && ` · ${called.name ? `${called.name}, ` : ""}number ending ${call.ending}`}
            </span>
          </span>
        </summary>
        <Timeline entry={entry} who={called.who} />
        <details className={styles.references}>
          <summary className={styles.referencesHead}>References for auditors</summary>
          {recorded && <Reference label="Record (Communication)" value={recorded.id} />}
          {call.clinicianLeg && <Reference label="Clinician’s leg of the call" value={call.clinicianLeg} />}
          {call.memberLeg && <Reference label="Patient’s leg of the call" value={call.memberLeg} />}
          {call.refusal && <Reference label="Refusal code" value={call.refusal.code} />}
          {!recorded && !call.clinicianLeg && <Text size="sm">Not in the record yet.</Text>}
        </details>
      </details>
    </li>
  );
}

interface Whom {
  who: Who;
  /** Of a related person; the patient's own name is on the page already. */
  name?: string;
}

/**
 * The live stream has only the number's ending, and the record not even that: when what is known fits one person alone,
 * that is who was called.
 */
function whomOf(appointment: Appointment, ending: string | undefined): Whom {
  const fits = (appointment.phones ?? []).filter((phone) => ending === undefined || phone.ending === ending);
  const owners = new Set(fits.map((phone) => phone.of));
  const first = fits[0];
  if (owners.size !== 1 || !first) return { who: "somebody" };
  if (appointment.patient && first.of === `Patient/${appointment.patient.id}`) return { who: "patient" };
  return first.name ? { who: "somebody", name: first.name } : { who: "somebody" };
}
