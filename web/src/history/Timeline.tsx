import type { Call, Moment } from "../backend";
import { type ClinicTime, machineTime } from "../clinictime";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./history.module.css";
import { type Entry, endingOf, isLookedUp, type Whom, type Words, wordsOf } from "./words";

/** A call's versions, newest first; above them, what the record does not have yet. */
export function Timeline({ entry, whom }: { entry: Entry; whom: Whom }) {
  const { recorded, pending } = entry;
  const ending = endingOf(entry);
  const moments = [...(recorded?.timeline ?? [])].reverse();
  return (
    <ol className={styles.timeline}>
      {pending && (
        <Row key="pending" words={wordsOf(pending.call, whom, ending)} at={timeOf(pending.call) ?? pending.at} />
      )}
      {moments.map((moment) => (
        <Row
          key={moment.version}
          words={wordsOf(moment, whom, ending)}
          at={moment.at ?? moment.recordedAt}
          recordedAt={late(moment)}
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

const MINUTE = 60_000;

/** When a version was written, if that was long after what it tells had happened: the record was away. */
function late({ at, recordedAt }: Moment): string | undefined {
  if (at === undefined || recordedAt === undefined) return undefined;
  return Math.abs(Date.parse(recordedAt) - Date.parse(at)) > MINUTE ? recordedAt : undefined;
}

/** The clock time, with the day before it unless that is the day on which it happened. */
function recordedWords(time: ClinicTime, at: string | number | undefined, recordedAt: string): string {
  return time.when(recordedAt, at === undefined ? Date.now() : new Date(at).getTime());
}

interface RowProps {
  words: Words;
  at: string | number | undefined;
  recordedAt?: string | undefined;
  version?: number | undefined;
  lookedUp?: boolean;
}

function Row({ words, at, recordedAt, version, lookedUp }: RowProps) {
  const { time } = useServices();
  return (
    <li className={styles.moment} data-tone={words.tone} data-pending={version === undefined || undefined}>
      <span className={styles.heading}>{words.heading}</span>
      {words.note && <span className={styles.why}>{words.note}</span>}
      {lookedUp && <span className={styles.why}>{say("history:lookedUp")}</span>}
      <time className={styles.small} dateTime={at === undefined ? undefined : machineTime(at)}>
        {whenWords(time, { at, recordedAt, version })}
      </time>
    </li>
  );
}

function whenWords(time: ClinicTime, { at, recordedAt, version }: Pick<RowProps, "at" | "recordedAt" | "version">) {
  const shown = at === undefined ? say("history:timeUnknown") : time.exact(at);
  if (version === undefined) return say("history:writing", { at: shown });
  if (at === undefined) return say("history:versionTimeless", { version });
  if (recordedAt === undefined) return say("history:version", { at: shown, version });
  return say("history:recordedLater", { at: shown, recorded: recordedWords(time, at, recordedAt), version });
}
