import type { Appointment } from "../backend";
import { OVER, patientsOf } from "./day";

/**
 * Whether an appointment's row has a button to call: one patient with one number, nobody has died, nothing is off. What
 * the list cannot know, such as a related person, is found when the button is pressed.
 */
export function isPlain(appointment: Appointment): boolean {
  const patients = patientsOf(appointment);
  const known = patients.reduce((sum, { phones }) => sum + phones.length, 0);
  if ((appointment.numbers ?? known) !== 1 || patients.length !== 1) return false;
  if (patients.some(({ deceased }) => deceased)) return false;
  return !OVER.has(appointment.status) || appointment.status === "fulfilled";
}
