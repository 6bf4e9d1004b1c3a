import { useNow } from "../useNow";
import { minutesAndSeconds } from "./duration";
import type { CallState } from "./state";

/** Whole seconds that the call's timer shows; undefined while there is nothing to count. */
export function secondsOf(call: CallState, now: number): number | undefined {
  if (call.phase === "ended") return call.seconds;
  const from = begins(call);
  return from === undefined ? undefined : passed(from, now);
}

function passed(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / 1_000));
}

function begins(call: CallState): number | undefined {
  if (call.phase === "ended" || call.phase === "idle" || call.phase === "preparing") return undefined;
  return call.answeredAt ?? call.ringingAt ?? call.startedAt;
}

/** Runs with the call and keeps its duration after the end. Silent: a timer that speaks drowns the patient. */
export function Timer({ call, className }: { call: CallState; className?: string | undefined }) {
  const seconds = secondsOf(call, useNow(begins(call)));
  if (seconds === undefined) return null;
  return <Seconds seconds={seconds} className={className} />;
}

/** Runs from a time on, in milliseconds since 1970; silent too. */
export function Passed({ from, className }: { from: number; className?: string | undefined }) {
  return <Seconds seconds={passed(from, useNow(from))} className={className} />;
}

function Seconds({ seconds, className }: { seconds: number; className: string | undefined }) {
  return (
    <span role="timer" aria-live="off" className={className}>
      {minutesAndSeconds(seconds)}
    </span>
  );
}
