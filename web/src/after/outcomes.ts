// What a clinician may say came of a call.
import type { ClinicianOutcome } from "../backend";
import type { CallState } from "../calling/state";
import { isPatient, isVoicemail } from "../people";

export const OUTCOMES: readonly ClinicianOutcome[] = [
  "spoke-with-patient",
  "spoke-with-somebody-else",
  "left-message",
  "wrong-person-or-number",
  "not-reached",
  "other",
];

/** What it may have been, by how the call ended; none where that tells nothing. A person says what it was. */
export function likely({ outcome, declined, answeredBy, target }: CallState): ClinicianOutcome | undefined {
  if (declined) return "not-reached";
  switch (outcome) {
    case "completed": {
      if (isVoicemail(answeredBy)) return "left-message";
      if (answeredBy !== "human") return undefined;
      const household = target.doubts?.includes("deceased") ?? false;
      return isPatient(target.recipient) && !household ? "spoke-with-patient" : "spoke-with-somebody-else";
    }
    case "busy":
    case "no-answer":
    case "failed":
    case "cancelled":
      return "not-reached";
  }
  return undefined;
}
