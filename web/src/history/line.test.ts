import { describe, expect, it } from "vitest";
import type { Appointment, ClinicianOutcome, RecordedCall, Status } from "../backend";
import { clinicTime } from "../clinictime";
import { lastCallWords } from "../today/day";
import { briefly } from "./callwords";
import { lineOf, triesOf, withWhom } from "./line";
import type { Entry } from "./words";

const TIME = clinicTime("Europe/London");
const NOW = Date.parse("2027-05-03T12:00:00Z");

function entry(status: Status, more: Partial<RecordedCall> = {}): Entry {
  const recorded = {
    id: "c",
    key: "CA1",
    sent: "2027-05-03T09:20:00Z",
    status,
    final: true,
    summary: "This call could not be placed. Please try again.",
    own: true,
    timeline: [],
    ...more,
  };
  return { id: "CA1", call: recorded, recorded };
}

describe("a call in one line", () => {
  it.each([
    ["completed", { answeredBy: "human", durationSeconds: 723 }, "Spoke, 12 min, 10:20"],
    ["completed", { answeredBy: "human", durationSeconds: 45 }, "Spoke, 45 s, 10:20"],
    ["completed", { answeredBy: "human" }, "Spoke, 10:20"],
    ["completed", { durationSeconds: 723 }, "Answered, 12 min, 10:20"],
    ["completed", {}, "Answered, 10:20"],
    ["completed", { answeredBy: "machine_end_beep", durationSeconds: 30 }, "Left for voicemail, 10:20"],
    ["completed", { answeredBy: "fax" }, "A fax machine answered, 10:20"],
    ["no-answer", {}, "No answer, 10:20"],
    ["no-answer", { endedBy: "clinician" }, "Cancelled before answer, 10:20"],
    ["busy", {}, "Line busy, 10:20"],
    ["busy", { failure: { sip: 603, reason: "declined" } }, "Declined, 10:20"],
    ["failed", {}, "Did not go through, 10:20"],
    [
      "failed",
      { failure: { reason: "The number does not exist." } },
      "Did not go through, 10:20: The number does not exist.",
    ],
    ["refused", { refusal: { code: "rate", sentence: "Too many calls." } }, "Not placed, 10:20: Too many calls."],
    ["refused", {}, "Not placed, 10:20: This call could not be placed. Please try again."],
    ["ringing", {}, "Calling now, 10:20"],
    ["in-progress", {}, "In a call now, 10:20"],
    ["in-progress", { answeredBy: "machine_start" }, "Voicemail answered, 10:20"],
  ] as [Status, Partial<RecordedCall>, string][])("%s %o", (status, more, text) => {
    expect(lineOf(entry(status, more), TIME, NOW).text).toBe(text);
  });

  it.each<[Status, Partial<RecordedCall>, ClinicianOutcome | undefined, string]>([
    ["completed", { durationSeconds: 723 }, undefined, "Answered, 12 min, 10:20"],
    ["completed", { durationSeconds: 723 }, "spoke-with-patient", "Spoke, 12 min, 10:20"],
    ["completed", { durationSeconds: 45 }, "spoke-with-somebody-else", "Spoke with somebody else, 45 s, 10:20"],
    ["completed", { durationSeconds: 30 }, "left-message", "Left a message, 10:20"],
    [
      "completed",
      { answeredBy: "human", durationSeconds: 9 },
      "wrong-person-or-number",
      "Wrong person or number, 10:20",
    ],
    ["no-answer", {}, "not-reached", "Not reached, 10:20"],
    ["completed", { answeredBy: "human", durationSeconds: 9 }, "other", "Spoke, 9 s, 10:20"],
    ["busy", { failure: { sip: 603, reason: "declined" } }, undefined, "Declined, 10:20"],
    ["canceled", {}, undefined, "Cancelled before answer, 10:20"],
    ["in-progress", { final: false }, undefined, "In a call now, 10:20"],
  ])("%s %o, noted %s: the same in the day's list", (status, more, outcome, text) => {
    const told = entry(status, { ...more, ended: "2027-05-03T09:33:00Z" });
    const note = outcome && { outcome, at: "2027-05-03T09:35:00Z" };
    expect(lineOf(note ? { ...told, note } : told, TIME, NOW).text).toBe(text);
    const { sent = "", final, summary, timeline: _, ...call } = told.recorded as RecordedCall;
    const last = { ...call, sent, final, summary, at: "2027-05-03T09:33:00Z", ...(note ? { note } : {}) };
    expect(lastCallWords(last, TIME, NOW).text).toBe(text);
  });

  it("says for how long the phone rang, where both ends were told", () => {
    const ringing = { version: "1", at: "2027-05-03T09:20:05Z", status: "ringing" as const, summary: "" };
    const call = entry("no-answer", { timeline: [ringing], ended: "2027-05-03T09:20:35Z" });
    expect(lineOf(call, TIME, NOW).text).toBe("No answer, 10:20 (rang 30 s)");
  });

  it("says when nobody knows when, and the day of another day", () => {
    const { sent: _, ...timeless } = entry("busy").recorded as RecordedCall;
    expect(lineOf({ id: "c", call: timeless, recorded: timeless }, TIME, NOW).text).toBe("Line busy, time unknown");
    expect(lineOf(entry("busy", { sent: "2027-05-02T09:20:00Z" }), TIME, NOW).text).toBe(
      "Line busy, 2 May 2027, 10:20",
    );
  });
});

describe("withWhom", () => {
  const one: Appointment = { id: "7", status: "booked", patient: { id: "p", phones: [] }, lastCall: null };
  const two: Appointment = {
    ...one,
    patients: [
      { id: "p", phones: [] },
      { id: "q", phones: [] },
    ],
  };

  it("is nothing for the only patient, and a name for everybody else", () => {
    const margaret = { name: "Margaret Ellis", patient: true };
    expect(withWhom(one, margaret, "0142")).toBeUndefined();
    expect(withWhom(two, margaret, "0142")).toBe("Margaret Ellis, number ending 0142");
    const anna = { name: "Anna Ellis", relation: "daughter", patient: false };
    expect(withWhom(one, anna, "0318")).toBe("Anna Ellis (daughter), number ending 0318");
    const household = { name: "the household of Margaret Ellis", patient: true, household: true };
    expect(withWhom(one, household, undefined)).toBe("The household of Margaret Ellis");
  });
});

describe("briefly", () => {
  it.each([
    [0, "0 s"],
    [59, "59 s"],
    [60, "1 min"],
    [89, "1 min"],
    [3_599, "1 h 0 min"],
    [3_900, "1 h 5 min"],
  ])("%s seconds", (seconds, words) => {
    expect(briefly(seconds)).toBe(words);
  });
});

describe("triesOf", () => {
  const noted = (call: Entry, outcome: ClinicianOutcome): Entry => ({ ...call, note: { outcome } });

  it("counts what was tried in vain since somebody was reached", () => {
    expect(triesOf([])).toBe(0);
    expect(triesOf([entry("no-answer"), entry("busy"), entry("completed"), entry("busy")])).toBe(2);
    expect(triesOf([noted(entry("completed"), "not-reached"), entry("no-answer")])).toBe(2);
  });

  it("says nothing after a good conversation", () => {
    expect(triesOf([entry("completed"), entry("no-answer")])).toBe(0);
    expect(triesOf([noted(entry("no-answer"), "spoke-with-patient")])).toBe(0);
  });

  it("counts neither a call that goes on nor one that was never placed", () => {
    const talking = entry("in-progress", { final: false });
    expect(triesOf([talking])).toBe(0);
    expect(triesOf([talking, entry("refused"), entry("no-answer")])).toBe(1);
  });
});
