// Who is next: the following appointment of the day whose patient was not reached yet.
import type { Appointment } from "../backend";
import { outcomeOf } from "../outcome";

const OVER = new Set(["fulfilled", "cancelled", "noshow", "entered-in-error"]);

/** The first after `current` in the order of the day; after the last one begins again with the first. */
export function nextAfter(appointments: readonly Appointment[], current: string): Appointment | undefined {
  const at = appointments.findIndex(({ id }) => id === current);
  const turned = [...appointments.slice(at + 1), ...appointments.slice(0, Math.max(at, 0))];
  return turned.find((one) => !OVER.has(one.status) && !wasReached(one));
}

/** The clinician's own word comes first: a call that was answered may have been somebody else's. */
export function wasReached({ lastCall }: Pick<Appointment, "lastCall">): boolean {
  if (!lastCall) return false;
  const said = lastCall.note?.outcome;
  if (said !== undefined && said !== "other") return said === "spoke-with-patient";
  return ["answered", "person-answered", "ended", "ended-with-person"].includes(outcomeOf(lastCall));
}
