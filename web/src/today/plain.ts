import type { Appointment } from "../backend";
import { reachedBy } from "../reached";
import { OVER, patientsOf } from "./day";

/**
 * Whether an appointment has a button to call outside of its own page: one patient with one number, nobody has died,
 * nothing is off, and the number was not found to be a wrong one. What a list cannot know, such as a related person,
 * is found when the button is pressed.
 */
export function isPlain(appointment: Appointment): boolean {
  const { lastCall, numbers, status } = appointment;
  const patients = patientsOf(appointment);
  const known = patients.reduce((sum, { phones }) => sum + phones.length, 0);

  if ((numbers ?? known) !== 1 || patients.length !== 1) return false;
  if (patients.some(({ deceased }) => deceased)) return false;
  if (lastCall && reachedBy(lastCall) === "wrong-number") return false;
  return !OVER.has(status) || status === "fulfilled";
}
