// How an auditor is told of a call: times to the second, since one is held against another.
import type { AuditedCall, AuditedCallers } from "../backend";
import type { ClinicTime } from "../clinictime";
import { OUTCOMES } from "../outcome";
import { bring, say } from "../words";
import audit from "../words/en/audit";

// The area's sentences come with its page; its other files take `say` from here, so that they are there before.
bring("audit", audit);

export { say };

/** Day and clock time; without the day where that is the same as of another time. */
export function stamp(time: ClinicTime, at: string, beside?: string): string {
  if (beside !== undefined && time.dayOf(at) === time.dayOf(beside)) return time.exact(at);
  return say("audit:stamp", { day: time.shortDay(at), clock: time.exact(at) });
}

/** An entry of a list to choose from. */
export interface ListChoice {
  value: string;
  label: string;
}

/** The outcomes of calls that were answered and go on: once they are over they are called the same, and are another outcome. */
const GOING_ON = ["answered", "person-answered", "machine-answered", "fax-answered"];

/** The outcomes that can be asked for, each in words of its own; calls that go on come last. */
export function outcomeChoices(): ListChoice[] {
  const told = OUTCOMES.map((value): ListChoice => ({ value, label: say(`service:outcome.${value}.summary`) }));
  const goingOn = told.filter(({ value }) => GOING_ON.includes(value));
  return [
    ...told.filter((choice) => !goingOn.includes(choice)),
    { value: "called-back", label: say("audit:outcomes.calledBack") },
    ...goingOn.map(({ value, label }) => ({ value, label: say("audit:outcomes.goingOn", { outcome: label }) })),
  ];
}

/** How a call stands or ended: the service's own words only where the outcome is of a newer service. */
export function summaryWords({ outcome, summary }: Pick<AuditedCall, "outcome" | "summary">): string {
  if (outcome === "called-back") return say("audit:outcomes.calledBackHeard");
  const known = OUTCOMES.find((one) => one === outcome && one !== "unknown");
  return known ? say(`service:outcome.${known}.summary`) : summary;
}

/** Clinicians to choose from; two of one name, or of none that is known, are told apart by their ids. */
export function callerChoices(callers: AuditedCallers["clinicians"]): ListChoice[] {
  return callers.map(({ id, name }) => {
    if (!name) return { value: id, label: id };
    const namesake = callers.some((other) => other.name === name && other.id !== id);
    return { value: id, label: namesake ? say("audit:filters.namesake", { name, id }) : name };
  });
}

/** What the clinician said came of a call, in a few words; that there is only a note, where they chose none. */
export function notedWords({ note }: AuditedCall): string | undefined {
  if (note?.outcome) return say(`after:outcome.${note.outcome}`);
  return note?.text && say("audit:note");
}

export type RefusalCode = keyof typeof audit.refusals;

export const REFUSALS = Object.keys(audit.refusals) as RefusalCode[];

export function refusalWords(code: string): string {
  return code in audit.refusals ? say(`audit:refusals.${code as RefusalCode}`) : code;
}

export type EventKind = keyof typeof audit.one.kinds;

export function kindWords(kind: string): string {
  return say(`audit:one.kinds.${kind in audit.one.kinds ? (kind as EventKind) : "other"}`);
}

export function clinicianWords(call: AuditedCall): string {
  return call.clinicianName || call.clinician || say("audit:nobody");
}

/** Whom the call was for, where that was not the patient. */
export function calledWords({ recipient, subject }: AuditedCall): string | undefined {
  if (!recipient?.name || recipient.ref === subject?.ref) return undefined;
  const { name, relation } = recipient;
  return relation ? say("audit:calledAs", { name, relation }) : say("audit:called", { name });
}
