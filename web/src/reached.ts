// Whether a call reached whom it was for: one answer for the day's filters, for who is next and for how often somebody
// was tried. No React.
import type { LastCall } from "./backend";
import { isNobodysNumber } from "./calling/again";
import { outcomeOf } from "./outcome";
import { isPatient } from "./people";

/** A wrong number is tried again by nobody: it is to be corrected first. */
export type Reached = "under-way" | "reached" | "unreached" | "wrong-number";

/** What it is told by. */
export type Tried = Pick<
  LastCall,
  "final" | "status" | "answeredBy" | "endedBy" | "summary" | "recipient" | "householdConfirmed" | "failure"
> & { note?: Partial<NonNullable<LastCall["note"]>> };

/** The clinician's own word comes first: a call that was answered may have been somebody else's. */
export function reachedBy(call: Tried): Reached {
  switch (call.note?.outcome) {
    case "spoke-with-patient":
      return "reached";
    case "spoke-with-somebody-else":
      return wasForSomebodyElse(call) ? "reached" : "unreached";
    case "left-message":
    case "not-reached":
      return "unreached";
    case "wrong-person-or-number":
      return "wrong-number";
  }

  if (!call.final) return "under-way";
  switch (outcomeOf(call)) {
    case "ended":
    case "ended-with-person":
      return "reached";
    case "failed":
      return isNobodysNumber(call.failure?.sip) ? "wrong-number" : "unreached";
  }
  return "unreached"; // also where nobody knows: a patient who is called once too often is better than one who is forgotten
}

/** A relative, or a household, was called to be spoken with. */
function wasForSomebodyElse({ recipient, householdConfirmed }: Tried): boolean {
  return (householdConfirmed ?? false) || (recipient !== undefined && !isPatient(recipient.ref));
}
