// Whom to turn to next: one answer, for the day's list and for what is said after a call. No React.
import type { Appointment, CalledBack } from "../backend";
import { calledBackSince } from "./filters";
import { turnOf } from "./turn";

/**
 * Those who were never called come first, by their times: who is late is still to be called. Those without a time come
 * behind them, and then those to call back: who rang back, then whose last try is the oldest. Never `current`, whose
 * call is going on or has just ended.
 *
 * @param told who rang back, by the appointment, as far as it was told since the list came
 */
export function nextOf(
  appointments: readonly Appointment[],
  told: ReadonlyMap<string, CalledBack>,
  current?: string | undefined,
): Appointment | undefined {
  const left = appointments
    .filter(({ id }) => id !== current)
    .map((one) => {
      const calledBack = calledBackSince(one, told.get(one.id));
      return { one, calledBack, turn: turnOf(one, calledBack) };
    });

  const first = left.filter(({ turn }) => turn === "first").map(({ one }) => one);
  first.sort((a, b) => startOf(a) - startOf(b));
  if (first[0]) return first[0];

  const again = left.filter(({ turn }) => turn === "again" || turn === "correct");
  again.sort((a, b) => Number(!a.calledBack) - Number(!b.calledBack) || triedAt(a.one) - triedAt(b.one));
  return again[0]?.one;
}

/** Whether somebody is to turn to them at all. */
export function isWaiting(appointment: Appointment, told: ReadonlyMap<string, CalledBack>): boolean {
  return turnOf(appointment, calledBackSince(appointment, told.get(appointment.id))) !== "none";
}

function startOf({ start }: Appointment): number {
  return start ? Date.parse(start) : Number.MAX_SAFE_INTEGER;
}

function triedAt({ lastCall }: Appointment): number {
  return Date.parse(lastCall?.sent ?? lastCall?.at ?? "") || 0;
}
