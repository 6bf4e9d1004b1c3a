import { Link } from "wouter";
import type { AuditedCall } from "../backend";
import { machineTime } from "../clinictime";
import { useServices } from "../services";
import styles from "./audit.module.css";
import { calledWords, clinicianWords, notedWords, say, stamp, summaryWords } from "./words";

export interface CallsTableProps {
  calls: readonly AuditedCall[];
  /** The filters, to come back to. */
  from: string;
}

/** A table, in a narrow place cards; the whole row is the link. */
export function CallsTable({ calls, from }: CallsTableProps) {
  return (
    <div className={styles.sheet}>
      <table className={styles.table}>
        <caption className="cl-spoken">{say("audit:columns.caption")}</caption>
        <thead>
          <tr>
            {COLUMNS.map((name) => (
              <th key={name} scope="col">
                {say(`audit:columns.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map((call) => (
            <Row key={call.key} call={call} from={from} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const COLUMNS = ["asked", "clinician", "patient", "outcome", "began", "ended", "kept"] as const;

function Row({ call, from }: { call: AuditedCall; from: string }) {
  const { time } = useServices();
  const called = calledWords(call);
  const noted = notedWords(call);
  return (
    <tr className={styles.row}>
      <td className={styles.asked}>
        <Link href={`/calls/${call.key}${from}`} className={styles.rowLink}>
          <time dateTime={machineTime(call.asked)}>{stamp(time, call.asked)}</time>
        </Link>
      </td>
      <td>{clinicianWords(call)}</td>
      <td>
        {call.subject?.name ?? call.subject?.ref ?? say("audit:unknown")}
        {called && <span className={styles.small}>{called}</span>}
        {call.ending && <span className={styles.small}>{say("audit:ending", { ending: call.ending })}</span>}
      </td>
      <td className={styles.outcome}>
        {summaryWords(call)}
        {noted && <span className={styles.small}>{noted}</span>}
      </td>
      <Time name="began" at={call.sent} beside={call.asked} />
      <Time name="ended" at={call.ended} beside={call.asked} />
      <Time name="kept" at={call.kept} beside={call.asked} />
    </tr>
  );
}

function Time({ name, at, beside }: { name: "began" | "ended" | "kept"; at: string | undefined; beside: string }) {
  const { time } = useServices();
  return (
    <td className={styles.time} data-empty={at === undefined || undefined}>
      <span className={styles.label} aria-hidden>
        {say(`audit:columns.${name}`)}
      </span>
      {at !== undefined && <time dateTime={machineTime(at)}>{stamp(time, at, beside)}</time>}
    </td>
  );
}
