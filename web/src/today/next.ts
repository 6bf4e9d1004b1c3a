// Whom to turn to next: one answer, for the day's list and for what is said after a call. No React.
import type { Appointment } from "../backend";
import { outcomeOf } from "../outcome";
import { OVER } from "./day";

const HALF_AN_HOUR = 1_800_000;

/**
 * The first from now on, or just past, whose patient was not reached yet; with none of those left, the first of the
 * day that was left out. One without a time is nobody's turn. Never `current`, whose call is going on or has just ended.
 */
export function nextOf(
  appointments: readonly Appointment[],
  now: number,
  current?: string | undefined,
): Appointment | undefined {
  const left = appointments.filter(
    (one) => one.start && one.id !== current && !OVER.has(one.status) && !wasReached(one),
  );
  return left.find((one) => endOf(one) > now - HALF_AN_HOUR) ?? left[0];
}

function endOf({ start, end }: Appointment): number {
  return end ? Date.parse(end) : Date.parse(start ?? "") + HALF_AN_HOUR;
}

/** The clinician's own word comes first: a call that was answered may have been somebody else's. */
export function wasReached({ lastCall }: Pick<Appointment, "lastCall">): boolean {
  if (!lastCall) return false;
  const said = lastCall.note?.outcome;
  if (said !== undefined && said !== "other") return said === "spoke-with-patient";
  return ["answered", "person-answered", "ended", "ended-with-person"].includes(outcomeOf(lastCall));
}
