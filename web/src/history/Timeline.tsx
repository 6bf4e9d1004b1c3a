import type { Call } from "../backend";
import { machineTime } from "../clinictime";
import { useServices } from "../services";
import styles from "./history.module.css";
import { type Entry, isLookedUp, type Who, type Words, wordsOf } from "./words";

/** A call's versions, newest first; above them, what the record does not have yet. */
export function Timeline({ entry, who }: { entry: Entry; who: Who }) {
  const { recorded, pending, call } = entry;
  const moments = [...(recorded?.timeline ?? [])].reverse();
  return (
    <ol className={styles.timeline}>
      {pending && (
        <Row
          key="pending"
          words={wordsOf(pending.call, who, pending.call.refusal)}
          at={timeOf(pending.call) ?? pending.at}
        />
      )}
      {moments.map((moment) => (
        <Row
          key={moment.version}
          words={wordsOf(moment, who, call.refusal)}
          at={moment.at}
          version={versionOf(recorded?.timeline ?? [], moment)}
          lookedUp={isLookedUp(moment)}
        />
      ))}
    </ol>
  );
}

/** Record systems number versions as they like; people count from one. */
function versionOf<T>(timeline: readonly T[], moment: T): number {
  return timeline.indexOf(moment) + 1;
}

function timeOf(call: Call): string | undefined {
  if (call.final) return call.ended;
  return call.status === "in-progress" ? call.received : undefined;
}

interface RowProps {
  words: Words;
  at: string | number | undefined;
  version?: number;
  lookedUp?: boolean;
}

function Row({ words, at, version, lookedUp }: RowProps) {
  const { time } = useServices();
  return (
    <li className={styles.moment} data-tone={words.tone} data-pending={version === undefined || undefined}>
      <span className={styles.heading}>{words.heading}</span>
      {words.note && <span className={styles.note}>{words.note}</span>}
      {lookedUp && <span className={styles.note}>Completed from Twilio’s own record</span>}
      <span className={styles.small}>
        {at !== undefined && <time dateTime={machineTime(at)}>{time.exact(at)}</time>}
        {at !== undefined && " · "}
        {version === undefined ? "being written to the record" : `Version ${version}`}
      </span>
    </li>
  );
}
