// How an auditor is told of a call: times to the second, since one is held against another.
import type { AuditedCall } from "../backend";
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

/** The outcomes that can be asked for, each in words. */
export function outcomeChoices(): { value: string; label: string }[] {
  const told = OUTCOMES.map((value) => ({ value, label: say(`service:outcome.${value}.summary`) }));
  return [...told, { value: "called-back", label: say("audit:outcomes.calledBack") }];
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
