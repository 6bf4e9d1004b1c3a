// What a day's list says of each appointment. No React.
import type { Appointment, Day, LastCall, Patient } from "../backend";
import { birthDay, type ClinicTime, duration } from "../clinictime";
import type { Tone } from "../history/words";
import { type Outcome, outcomeOf, WORDS } from "../outcome";
import { isPatient, opening, withRelation } from "../people";

/** FHIR's appointment statuses (R4, AppointmentStatus) in words. */
const STATUS: Record<string, string> = {
  proposed: "Proposed",
  pending: "To be confirmed",
  booked: "Booked",
  arrived: "Arrived",
  "checked-in": "Checked in",
  fulfilled: "Done",
  cancelled: "Cancelled",
  noshow: "Did not attend",
  waitlist: "On the waiting list",
  "entered-in-error": "Entered by mistake",
};

const OVER = new Set(["fulfilled", "cancelled", "noshow", "entered-in-error"]);
const HALF_AN_HOUR = 1_800_000;

export function statusWords(status: string): string {
  return STATUS[status] ?? status;
}

/** The id of the appointment to turn to now: the first that is neither over nor past. */
export function nextOf(appointments: readonly Appointment[], now: number): string | undefined {
  return appointments.find((one) => {
    if (!one.start || OVER.has(one.status)) return false;
    const end = one.end ? Date.parse(one.end) : Date.parse(one.start) + HALF_AN_HOUR;
    return end > now;
  })?.id;
}

export interface LastCallWords {
  text: string;
  tone: Tone;
}

export function lastCallWords(call: LastCall, time: ClinicTime, now: number): LastCallWords {
  const { text, tone } = said(call);
  return { text: call.at ? `${text}, ${time.when(call.at, now)}` : text, tone };
}

/** Whom the last call went to, unless that is clear: the only patient. */
export function lastCallee(
  { recipient, householdConfirmed }: LastCall,
  patients: readonly Patient[],
): string | undefined {
  if (householdConfirmed) return "The household";
  if (!recipient || (isPatient(recipient.ref) && patients.length < 2)) return undefined;
  const relation = recipient.relation ?? (isPatient(recipient.ref) ? undefined : "related person");
  const name = recipient.name ?? patients.find(({ id }) => recipient.ref === `Patient/${id}`)?.name;
  return name ? withRelation(name, relation) : relation && opening(relation);
}

const TONE: Partial<Record<Outcome, Tone>> = {
  refused: "danger",
  requested: "active",
  queued: "active",
  dialling: "active",
  ringing: "active",
  answered: "good",
  "person-answered": "good",
  "machine-answered": "warning",
  "fax-answered": "good",
  "ended-with-machine": "warning",
  "ended-with-fax": "warning",
  declined: "warning",
  busy: "warning",
  "no-answer": "warning",
  failed: "danger",
};

function said(call: LastCall): LastCallWords {
  const outcome = outcomeOf(call);
  const { list } = WORDS[outcome];
  const tone = TONE[outcome] ?? "plain";
  const long = call.durationSeconds;
  // Of a line that was busy the service's own words stand here.
  if (outcome === "busy") return { text: call.summary || list, tone };
  if (!outcome.startsWith("ended")) return { text: list || call.summary, tone };
  if (long === undefined) return { text: list, tone };
  // "Answered" is said only where somebody spoke, or something was found to have answered.
  return { text: `${outcome === "ended" ? WORDS["ended-with-person"].list : list}, ${duration(long)}`, tone };
}

/** Every patient of an appointment; a group has several. */
export function patientsOf(appointment: Appointment): Patient[] {
  const { patient, patients } = appointment;
  if (patients && patients.length > 0) return patients;
  return patient ? [patient] : [];
}

/** Mrs Margaret Ellis; a record without a name says so. */
export function patientName(patient: Patient): string {
  return patient.name ?? (patient.unread ? "Patient could not be read" : "Name not in the record");
}

/** The names of all patients: "Mr Alan Smith and Mrs Beth Smith". */
export function nameOf(appointment: Appointment): string {
  const names = patientsOf(appointment).map(patientName);
  const last = names.pop();
  if (last === undefined) return "No patient in the record";
  return names.length > 0 ? `${names.join(", ")} and ${last}` : last;
}

export function bornWords(patient: Patient | undefined): string {
  if (patient?.birthDate) return `Born ${birthDay(patient.birthDate)}`;
  return patient?.unread ? "Date of birth could not be read" : "Date of birth not in the record";
}

/** How many entries for a telephone are no number; none without any. */
export function unreadableWords(patient: Patient): string | undefined {
  const { unreadable = 0 } = patient;
  if (unreadable === 0) return undefined;
  return unreadable === 1 ? "1 telephone entry cannot be read" : `${unreadable} telephone entries cannot be read`;
}

/** What a day's list leaves out because it could not be read; none without any. */
export function unreadWords(day: Day): string | undefined {
  const { unread = 0 } = day;
  if (unread === 0) return undefined;
  return unread === 1
    ? "1 appointment of this day could not be read."
    : `${unread} appointments of this day could not be read.`;
}
