import { describe, expect, it } from "vitest";
import type { RecordedCall, Status } from "../backend";
import { type Ending, entriesOf, isBehind, wordsOf } from "./words";

const told = (status: Status | undefined, more: object = {}) => ({
  summary: "in the server's words",
  ...(status ? { status } : {}),
  ...more,
});

const MARGARET = { name: "Margaret Ellis", patient: true };
const NAMELESS = { patient: true };
const SOMEBODY = { patient: false };

describe("the words of the record", () => {
  it.each([
    ["requested", {}, "Call started"],
    ["queued", {}, "Waiting to be dialled"],
    ["initiated", {}, "Dialling"],
    ["ringing", {}, "Ringing Margaret Ellis’s phone"],
    ["in-progress", {}, "Margaret Ellis answered"],
    ["in-progress", { answeredBy: "machine_start" }, "Voicemail answered"],
    ["completed", { durationSeconds: 363 }, "Call ended, 6 min 3 s"],
    ["completed", { durationSeconds: 0 }, "Call ended, 0 s"],
    ["completed", {}, "Call ended"],
    ["completed", { durationSeconds: 12, answeredBy: "machine_end_beep" }, "Left for voicemail, 12 s"],
    ["completed", { answeredBy: "machine_start" }, "Left for voicemail"],
    ["completed", { durationSeconds: 12, answeredBy: "fax" }, "Call ended, 12 s"],
    ["busy", {}, "Line busy"],
    ["no-answer", {}, "No answer"],
    ["failed", {}, "The call did not go through"],
    ["canceled", {}, "Cancelled before answer"],
    [undefined, {}, "Not known yet"],
  ] as const)("%s %o", (status, more, heading) => {
    expect(wordsOf(told(status, more), MARGARET).heading).toBe(heading);
  });

  it("does not call a related person the patient", () => {
    expect(wordsOf(told("in-progress"), SOMEBODY).heading).toBe("Call answered");
    expect(wordsOf(told("ringing"), SOMEBODY).heading).toBe("Ringing");
    const anna = { name: "Anna Ellis", relation: "daughter", patient: false };
    expect(wordsOf(told("ringing"), anna).heading).toBe("Ringing Anna Ellis’s phone");
    expect(wordsOf(told("completed"), anna, { endedBy: "member" }).note).toBe("Ended by Anna Ellis");
    expect(wordsOf(told("in-progress"), NAMELESS).heading).toBe("Patient answered");
    expect(wordsOf(told("ringing"), NAMELESS).heading).toBe("Ringing the patient’s phone");
  });

  it("says who hung up, and why nobody was reached, when that was told", () => {
    const note = (status: Status, ending: Ending, more = {}) => wordsOf(told(status, more), MARGARET, ending).note;
    expect(note("completed", { endedBy: "member" })).toBe("Ended by Margaret Ellis");
    expect(note("completed", { endedBy: "clinician" })).toBe("Ended by the clinician");
    expect(note("completed", {})).toBeUndefined();
    expect(note("completed", { endedBy: "member" }, { answeredBy: "machine_start" })).toBe(
      "Ended by the machine that answered",
    );
    expect(note("failed", { failure: { code: 13224, reason: "the number does not exist" } })).toBe(
      "The number does not exist.",
    );
    expect(note("in-progress", { endedBy: "member" }), "not before its end").toBeUndefined();
  });

  it("does not say that nobody answered when the clinician did not wait", () => {
    expect(wordsOf(told("no-answer"), MARGARET, { endedBy: "clinician" }).heading).toBe("Cancelled before answer");
    expect(wordsOf(told("no-answer"), MARGARET, { endedBy: "member" }).heading).toBe("No answer");
  });

  it("calls declined what rang, and was then called busy", () => {
    const heading = (ending: Ending) => wordsOf(told("busy"), MARGARET, ending).heading;
    expect(heading({ rang: true })).toBe("Call declined");
    expect(heading({ failure: { sip: 603, reason: "declined" } })).toBe("Call declined");
    expect(heading({ failure: { sip: 486, reason: "busy" } })).toBe("Line busy");
  });

  it("turns amber for a machine", () => {
    expect(wordsOf(told("in-progress", { answeredBy: "machine_start" }), MARGARET).tone).toBe("warning");
    expect(wordsOf(told("completed", { answeredBy: "machine_start" }), MARGARET).tone).toBe("warning");
  });

  it("says in a note that a person answered, once that is known", () => {
    expect(wordsOf(told("in-progress"), MARGARET).note).toBeUndefined();
    expect(wordsOf(told("in-progress", { answeredBy: "human" }), MARGARET).note).toBe("Answered by a person");
  });

  it("gives a refusal its reason", () => {
    const refusal = { code: "limit", sentence: "Too many calls. Wait a minute." };
    expect(wordsOf(told("refused"), MARGARET, { refusal }).note).toBe("Too many calls. Wait a minute.");
  });
});

function recorded(key: string, sent: string, status: Status, final = false): RecordedCall {
  return { id: `comm-${key}`, own: true, key, sent, status, final, summary: "", timeline: [] };
}

describe("the entries", () => {
  it("put calls the record does not have yet in their place, and mark what it is behind with", () => {
    const entries = entriesOf(
      [recorded("k2", "2027-05-03T09:10:00Z", "ringing"), recorded("k1", "2027-05-03T09:00:00Z", "completed", true)],
      [
        { at: 3, call: { key: "k3", sent: "2027-05-03T09:20:00Z", status: "requested", final: false, summary: "" } },
        { at: 2, call: { key: "k2", status: "in-progress", final: false, summary: "" } },
        { at: 1, call: { key: "k1", status: "ringing", final: false, summary: "" } },
      ],
    );
    expect(entries.map(({ id, pending, call }) => [id, pending !== undefined, call.status])).toEqual([
      ["k3", true, "requested"],
      ["k2", true, "in-progress"],
      ["k1", false, "completed"],
    ]);
  });

  it("never let an old event undo what the record has", () => {
    const done = recorded("k", "", "busy", true);
    expect(isBehind(done, { status: "in-progress", final: false, summary: "" })).toBe(false);
    expect(isBehind(done, { status: "busy", final: true, summary: "" })).toBe(false);
    expect(isBehind(undefined, { status: "ringing", final: false, summary: "" })).toBe(true);
    expect(isBehind(recorded("k", "", "in-progress"), { status: "completed", final: true, summary: "" })).toBe(true);
  });
});
