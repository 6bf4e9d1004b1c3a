// Whether an appointment is to be called for now: one rule for the day's filters, for who is next and for what its row
// offers. No React.
import type { Appointment, CalledBack } from "../backend";
import { reachedBy } from "../reached";
import { OVER } from "./day";

/** For the first time, once more, once its number is right, or not. */
export type Turn = "first" | "again" | "correct" | "none";

/** @param calledBack that somebody rang back since the last call */
export function turnOf(appointment: Appointment, calledBack: CalledBack | undefined): Turn {
  const { lastCall, status } = appointment;
  const off = status === "cancelled" || status === "entered-in-error";
  const reached = lastCall ? reachedBy(lastCall) : undefined;

  if (reached === "under-way") return "none";
  if (reached === "wrong-number") return off ? "none" : "correct";
  if (calledBack) return "again";
  if (reached === undefined) return isUncalled(appointment) ? "first" : "none";
  return reached === "unreached" && !off ? "again" : "none";
}

/** Nobody was called for it yet, and somebody is still to be. */
export function isUncalled({ lastCall, status }: Appointment): boolean {
  return !lastCall && !OVER.has(status);
}
