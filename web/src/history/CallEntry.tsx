import { Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import type { Appointment } from "../backend";
import { Reference } from "../page";
import { useServices } from "../services";
import { say } from "../words";
import { Besides } from "./Besides";
import { EntryNote } from "./EntryNote";
import styles from "./history.module.css";
import { lineOf, withWhom } from "./line";
import { Timeline } from "./Timeline";
import { calledWords, whomOf } from "./whom";
import type { Entry } from "./words";

/** One line a call; what the record says version by version is for who opens it. */
export function CallEntry({ entry, appointment }: { entry: Entry; appointment: Appointment }) {
  const { time } = useServices();
  const { call, recorded } = entry;
  const whom = whomOf(appointment, call);
  const line = lineOf(entry, time, Date.now());
  const other = withWhom(appointment, whom, call.ending);
  const called = calledWords(whom, call.ending);
  const [open, setOpen] = useState(false);
  return (
    <li className={styles.call}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={styles.summary}>
          <IconChevronRight aria-hidden size={18} className={styles.chevron} />
          <span className={styles.summaryText}>
            <span className={styles.outcome} data-tone={line.tone}>
              {line.text}
            </span>
            {other && <span className={styles.small}>{other}</span>}
          </span>
        </summary>
        {called && !other && <p className={styles.called}>{called}</p>}
        <Timeline entry={entry} whom={whom} />
        {open && recorded && <Besides recorded={recorded} />}
        <details className={styles.references}>
          <summary className={styles.referencesHead}>{say("history:references")}</summary>
          {recorded && <Reference label={say("history:record")} value={recorded.id} />}
          {call.clinicianLeg && <Reference label={say("history:clinicianLeg")} value={call.clinicianLeg} />}
          {call.memberLeg && <Reference label={say("history:memberLeg")} value={call.memberLeg} />}
          {call.refusal && <Reference label={say("history:refusalCode")} value={call.refusal.code} />}
          {!recorded && !call.clinicianLeg && <Text size="sm">{say("history:unrecorded")}</Text>}
        </details>
      </details>
      <EntryNote entry={entry} appointment={appointment.id} name={called} />
    </li>
  );
}
