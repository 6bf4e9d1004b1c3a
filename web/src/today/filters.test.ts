import { describe, expect, it } from "vitest";
import type { Appointment, CalledBack, LastCall } from "../backend";
import { calledBackSince, type Filter, isIn, matches } from "./filters";

const one = (more: Partial<Appointment> = {}): Appointment => ({
  id: "7",
  status: "booked",
  patient: { id: "p", name: "Éva Márton-Smith", phones: [] },
  lastCall: null,
  ...more,
});
const called = (more: Partial<LastCall>): Appointment => one({ lastCall: { final: true, summary: "", ...more } });
const back = (at: string): CalledBack => ({ appointment: "7", at, ending: "0142" });
const isInWith = (filter: Filter) => (appointment: Appointment) => isIn(filter, appointment, undefined);

describe("which appointments are to be called", () => {
  it("are not yet called: those that are still to be, and never were", () => {
    const uncalled = isInWith("uncalled");
    expect([one(), one({ status: "arrived" })].map(uncalled)).toEqual([true, true]);
    expect([one({ status: "cancelled" }), one({ status: "fulfilled" })].map(uncalled)).toEqual([false, false]);
    expect(uncalled(called({ status: "no-answer" }))).toBe(false);
  });

  it.each<[Partial<LastCall>, boolean]>([
    [{ status: "no-answer" }, true],
    [{ status: "busy" }, true],
    [{ status: "canceled" }, true],
    [{ status: "failed" }, true],
    [{ status: "completed", answeredBy: "machine_start" }, true],
    [{ status: "completed", answeredBy: "human" }, false],
    [{ status: "completed" }, false],
    [{ status: "ringing", final: false }, false],
    // The clinician's word is worth more than how the line ended.
    [{ status: "completed", note: { outcome: "left-message", at: "" } }, true],
    [{ status: "completed", note: { outcome: "not-reached", at: "" } }, true],
    [{ status: "no-answer", note: { outcome: "spoke-with-patient", at: "" } }, false],
    // Once the number is right: nobody has spoken with this patient yet.
    [{ status: "no-answer", note: { outcome: "wrong-person-or-number", at: "" } }, true],
    [{ status: "no-answer", note: { outcome: "other", at: "" } }, true],
  ])("are to call back after %o: %s", (call, expected) => {
    expect(isIn("callBack", called(call), undefined)).toBe(expected);
  });

  it("are to call back when somebody rang since the last call, and not when they rang before it", () => {
    const spoken = called({ status: "completed", at: "2027-05-03T09:00:00Z" });
    expect(calledBackSince(spoken, back("2027-05-03T08:59:59Z"))).toBeUndefined();
    const since = calledBackSince(spoken, back("2027-05-03T09:30:00Z"));
    expect(since?.at).toBe("2027-05-03T09:30:00Z");
    expect(isIn("callBack", spoken, since)).toBe(true);
    const listed = { ...spoken, calledBack: back("2027-05-03T10:00:00Z") };
    expect(calledBackSince(listed, back("2027-05-03T09:30:00Z")), "the newest").toEqual(listed.calledBack);
  });

  it("are found by words of name and reason, whatever their accents, capitals and order", () => {
    const review = one({ reason: "Care plan review" });
    expect(["eva", "MARTON", "review smith", "  ", ""].map((words) => matches(review, words))).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect(matches(review, "eva jones")).toBe(false);
  });
});
