// What a day's list says of each appointment. No React.
import type { Appointment, Day, LastCall, Patient } from "../backend";
import { birthDay, type ClinicTime } from "../clinictime";
import { type CallWords, callWords } from "../history/callwords";
import { isPatient, opening, withRelation } from "../people";
import { say } from "../words";

/** FHIR's appointment statuses (R4, AppointmentStatus). */
const STATUSES = [
  "proposed",
  "pending",
  "booked",
  "arrived",
  "checked-in",
  "fulfilled",
  "cancelled",
  "noshow",
  "waitlist",
  "entered-in-error",
] as const;

/** Nobody need be called for these any more. */
export const OVER: ReadonlySet<string> = new Set(["fulfilled", "cancelled", "noshow", "entered-in-error"]);

export function statusWords(status: string): string {
  const known = STATUSES.find((one) => one === status);
  return known ? say(`today:status.${known}`) : status;
}

/** As the history says it: "Spoke, 12 min, 10:20". */
export function lastCallWords(call: LastCall, time: ClinicTime, now: number): CallWords {
  const { text, tone } = callWords(call);
  const began = call.sent ?? call.at;
  return { text: began ? say("history:line.at", { what: text, when: time.when(began, now) }) : text, tone };
}

/** Whom the last call went to, unless that is clear: the only patient. */
export function lastCallee(
  { recipient, householdConfirmed }: LastCall,
  patients: readonly Patient[],
): string | undefined {
  if (householdConfirmed) return say("today:household");
  if (!recipient || (isPatient(recipient.ref) && patients.length < 2)) return undefined;
  const relation = recipient.relation ?? (isPatient(recipient.ref) ? undefined : say("today:relatedPerson"));
  const name = recipient.name ?? patients.find(({ id }) => recipient.ref === `Patient/${id}`)?.name;
  return name ? withRelation(name, relation) : relation && opening(relation);
}

/** Every patient of an appointment; a group has several. */
export function patientsOf(appointment: Appointment): Patient[] {
  const { patient, patients } = appointment;
  if (patients && patients.length > 0) return patients;
  return patient ? [patient] : [];
}

/** Mrs Margaret Ellis; a record without a name says so. */
export function patientName(patient: Patient): string {
  return patient.name ?? say(patient.unread ? "today:patientUnread" : "today:nameMissing");
}

/** The names of all patients: "Mr Alan Smith and Mrs Beth Smith". */
export function nameOf(appointment: Appointment): string {
  const names = patientsOf(appointment).map(patientName);
  const last = names.pop();
  if (last === undefined) return say("today:noPatient");
  return names.length > 0 ? say("today:namesJoined", { names: names.join(", "), last }) : last;
}

export function bornWords(patient: Patient | undefined): string {
  if (patient?.birthDate) return say("today:born", { day: birthDay(patient.birthDate) });
  return say(patient?.unread ? "today:bornUnread" : "today:bornMissing");
}

/** How many entries for a telephone are no number; none without any. */
export function unreadableWords(patient: Patient): string | undefined {
  const { unreadable = 0 } = patient;
  return unreadable === 0 ? undefined : say("today:unreadable", { count: unreadable });
}

/** What a day's list leaves out because it could not be read; none without any. */
export function unreadWords(day: Day): string | undefined {
  const { unread = 0 } = day;
  return unread === 0 ? undefined : say("today:unread", { count: unread });
}
