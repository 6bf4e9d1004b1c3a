// What a day's list says of each appointment. No React.
import type { Appointment, LastCall } from "../backend";
import { type ClinicTime, duration } from "../clinictime";
import type { Tone } from "../history/words";

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
  const { text, tone } = outcome(call);
  return { text: call.at ? `${text}, ${time.when(call.at, now)}` : text, tone };
}

function outcome(call: LastCall): LastCallWords {
  switch (call.status) {
    case "refused":
      return { text: "Not placed", tone: "danger" };
    case "requested":
    case "queued":
    case "initiated":
    case "ringing":
      return { text: "Calling now", tone: "active" };
    case "in-progress":
      return { text: "In a call now", tone: "good" };
    case "completed": {
      const what = call.answeredBy?.startsWith("machine") ? "Voicemail" : "Answered";
      const long = call.durationSeconds === undefined ? "" : `, ${duration(call.durationSeconds)}`;
      return { text: what + long, tone: "plain" };
    }
    case "busy":
      return { text: "Line busy", tone: "warning" };
    case "no-answer":
      return { text: "No answer", tone: "warning" };
    case "failed":
      return { text: "Did not go through", tone: "danger" };
    case "canceled":
      return { text: "Cancelled", tone: "plain" };
    default:
      return { text: call.summary, tone: "plain" };
  }
}

/** Mrs Margaret Ellis; a record without a name says so. */
export function nameOf(appointment: Appointment): string {
  if (!appointment.patient) return "No patient in the record";
  return appointment.patient.name ?? "Name not in the record";
}
