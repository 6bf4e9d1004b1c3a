// Which appointments of a day are shown. No React.
import type { Appointment, CalledBack } from "../backend";
import { outcomeOf } from "../outcome";
import { nameOf, OVER } from "./day";

export type Filter = "all" | "uncalled" | "callBack";
export const FILTERS: readonly Filter[] = ["all", "uncalled", "callBack"];

/** A call that ended so has reached nobody. */
const UNREACHED: ReadonlySet<string> = new Set([
  "refused",
  "ended-with-machine",
  "ended-with-fax",
  "declined",
  "busy",
  "no-answer",
  "given-up",
  "failed",
]);

/** As the list says it, or as it was told since; none from before the last call. */
export function calledBackSince(appointment: Appointment, told: CalledBack | undefined): CalledBack | undefined {
  const known = appointment.calledBack;
  const newest = told && (!known || Date.parse(told.at) > Date.parse(known.at)) ? told : known;
  const last = appointment.lastCall?.at;
  return newest && last && Date.parse(newest.at) < Date.parse(last) ? undefined : newest;
}

export function isIn(filter: Filter, appointment: Appointment, calledBack: CalledBack | undefined): boolean {
  switch (filter) {
    case "all":
      return true;
    case "uncalled":
      return !appointment.lastCall && !OVER.has(appointment.status);
    case "callBack":
      return calledBack !== undefined || isToCallBack(appointment);
  }
}

function isToCallBack({ lastCall, status }: Appointment): boolean {
  if (!lastCall || status === "cancelled" || status === "entered-in-error") return false;
  // What the clinician noted is worth more than how the line ended.
  const noted = lastCall.note?.outcome;
  if (noted && noted !== "other") return noted === "not-reached" || noted === "left-message";
  return lastCall.final && UNREACHED.has(outcomeOf(lastCall));
}

/** Whether all words of a search stand in the name or the reason, whatever their accents and capitals. */
export function matches(appointment: Appointment, search: string): boolean {
  const text = plain(`${nameOf(appointment)} ${appointment.reason ?? ""}`);
  return plain(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}
