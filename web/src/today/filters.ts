// Which appointments of a day are shown. No React.
import type { Appointment, CalledBack } from "../backend";
import { nameOf } from "./day";
import { isUncalled, turnOf } from "./turn";

export type Filter = "all" | "uncalled" | "callBack";
export const FILTERS: readonly Filter[] = ["all", "uncalled", "callBack"];

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
      return isUncalled(appointment);
    case "callBack":
      return ["again", "correct"].includes(turnOf(appointment, calledBack));
  }
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
