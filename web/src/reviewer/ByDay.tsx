import { useId } from "react";
import { machineTime } from "../clinictime";
import { useRecordings } from "../recording/queries";
import { RecordingList } from "../recording/Recordings";
import { say as sayOfRecording } from "../recording/words";
import type { ReviewedCall } from "../roomRoutes";
import { useServices } from "../services";
import styles from "./reviewer.module.css";
import { say } from "./words";

/** The calls under the day of the clinic on which they were asked for, in the order in which they come. */
export function ByDay({ calls }: { calls: readonly ReviewedCall[] }) {
  const { time } = useServices();
  return [...grouped(calls, time.dayOf)].map(([day, those]) => (
    <section key={day} className={styles.day} aria-label={time.longDay(day)}>
      <h2 className={styles.title}>{time.longDay(day)}</h2>
      <ol className={styles.calls}>
        {those.map((one) => (
          <OneCall key={one.call} call={one} />
        ))}
      </ol>
    </section>
  ));
}

function grouped(calls: readonly ReviewedCall[], dayOf: (at: string) => string): Map<string, ReviewedCall[]> {
  const days = new Map<string, ReviewedCall[]>();
  for (const call of calls) {
    const day = dayOf(call.asked);
    days.set(day, [...(days.get(day) ?? []), call]);
  }
  return days;
}

function OneCall({ call }: { call: ReviewedCall }) {
  const { time } = useServices();
  const name = useId();
  const { data = call } = useRecordings(call.call, true);
  const who = call.clinicianName ?? call.clinician;
  const patient = call.subject?.name ?? call.subject?.ref;
  return (
    <li className={styles.call} aria-labelledby={name}>
      <h3 id={name} className={styles.name}>
        <time dateTime={machineTime(call.asked)}>{time.clock(call.asked)}</time>
        {who && <span>{who}</span>}
      </h3>
      {patient && <p className={styles.fact}>{say("reviewer:patient", { name: patient })}</p>}
      <p className={styles.fact}>
        {data.consent === "none" ? say("reviewer:noConsent") : sayOfRecording(`recording:past.${data.consent}`)}
      </p>
      <RecordingList call={call.call} listed={data} />
    </li>
  );
}
