import { describe, expect, it } from "vitest";
import type { Appointment, RecordedCall, Status } from "../backend";
import { clinicTime } from "../clinictime";
import { briefly, lineOf, triesOf, withWhom } from "./line";
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
  it("does not count what was never placed", () => {
    expect(triesOf([entry("no-answer"), entry("refused"), entry("completed")])).toBe(2);
  });
});
