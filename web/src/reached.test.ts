import { describe, expect, it } from "vitest";
import type { ClinicianOutcome } from "./backend";
import { reachedBy, type Tried } from "./reached";

const call = (more: Partial<Tried>): Tried => ({ final: true, summary: "", status: "completed", ...more });
const noted = (outcome: ClinicianOutcome) => ({ note: { outcome, at: "2027-05-03T09:20:00Z" } });
const daughter = { recipient: { ref: "RelatedPerson/d" } };
const patient = { recipient: { ref: "Patient/p" } };

describe("reachedBy", () => {
  it.each<[Partial<Tried>, string]>([
    [{}, "reached"],
    [{ answeredBy: "human" }, "reached"],
    [{ answeredBy: "machine_start" }, "unreached"],
    [{ answeredBy: "fax" }, "unreached"],
    [{ status: "no-answer" }, "unreached"],
    [{ status: "busy" }, "unreached"],
    [{ status: "canceled" }, "unreached"],
    [{ status: "failed" }, "unreached"],
    [{ status: "refused" }, "unreached"],
    [{ status: "in-progress", final: false }, "under-way"],
    [{ status: "ringing", final: false }, "under-way"],
    // The network says that the number is nobody's.
    [{ status: "failed", failure: { sip: 404, reason: "" } }, "wrong-number"],
    [{ status: "failed", failure: { sip: 503, reason: "" } }, "unreached"],
    // The clinician's word is worth more than how the line ended.
    [{ ...noted("left-message") }, "unreached"],
    [{ ...noted("not-reached") }, "unreached"],
    [{ ...noted("wrong-person-or-number") }, "wrong-number"],
    [{ status: "no-answer", ...noted("spoke-with-patient") }, "reached"],
    [{ status: "in-progress", final: false, ...noted("spoke-with-patient") }, "reached"],
    [{ status: "no-answer", ...noted("other") }, "unreached"],
    [{ ...noted("other") }, "reached"],
    [{ note: { text: "Rings again", at: "" } }, "reached"],
    // Somebody else is whom the call was for, or not.
    [{ ...noted("spoke-with-somebody-else") }, "unreached"],
    [{ ...noted("spoke-with-somebody-else"), ...patient }, "unreached"],
    [{ ...noted("spoke-with-somebody-else"), ...daughter }, "reached"],
    [{ ...noted("spoke-with-somebody-else"), ...patient, householdConfirmed: true }, "reached"],
  ])("%o: %s", (more, expected) => {
    expect(reachedBy(call(more))).toBe(expected);
  });
});
