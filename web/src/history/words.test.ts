import { describe, expect, it } from "vitest";
import type { RecordedCall, Status } from "../backend";
import { entriesOf, isBehind, wordsOf } from "./words";

const told = (status: Status | undefined, more: object = {}) => ({
  summary: "in the server's words",
  ...(status ? { status } : {}),
  ...more,
});

describe("the words of the record", () => {
  it.each([
    ["requested", {}, "Call started"],
    ["queued", {}, "Waiting to be dialled"],
    ["initiated", {}, "Dialling"],
    ["ringing", {}, "Ringing the patient’s phone"],
    ["in-progress", {}, "Patient answered"],
    ["in-progress", { answeredBy: "machine_start" }, "Voicemail answered"],
    ["completed", { durationSeconds: 363 }, "Call ended, 6 min 3 s"],
    ["completed", { durationSeconds: 0 }, "Call ended, 0 s"],
    ["completed", {}, "Call ended"],
    ["busy", {}, "Line busy"],
    ["no-answer", {}, "No answer"],
    ["failed", {}, "The call did not go through"],
    ["canceled", {}, "Cancelled before answer"],
    [undefined, {}, "in the server's words"],
  ] as const)("%s %o", (status, more, heading) => {
    expect(wordsOf(told(status, more), "patient").heading).toBe(heading);
  });

  it("does not call a related person the patient", () => {
    expect(wordsOf(told("in-progress"), "somebody").heading).toBe("Call answered");
    expect(wordsOf(told("ringing"), "somebody").heading).toBe("Ringing");
  });

  it("says in a note that a person answered, once that is known", () => {
    expect(wordsOf(told("in-progress"), "patient").note).toBeUndefined();
    expect(wordsOf(told("in-progress", { answeredBy: "human" }), "patient").note).toBe("Answered by a person");
  });

  it("gives a refusal its reason", () => {
    const refusal = { code: "limit", sentence: "Too many calls. Wait a minute." };
    expect(wordsOf(told("refused"), "patient", refusal).note).toBe("Too many calls. Wait a minute.");
  });
});

function recorded(key: string, sent: string, status: Status, final = false): RecordedCall {
  return { id: `comm-${key}`, key, sent, status, final, summary: "", timeline: [] };
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
