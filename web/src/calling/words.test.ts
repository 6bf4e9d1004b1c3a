import { describe, expect, it } from "vitest";
import { minutesAndSeconds, spokenDuration } from "./duration";
import type { CallState, Outcome } from "./state";
import { words } from "./words";

const target = {
  appointment: "a1",
  number: "+447700900142",
  name: "Margaret Ellis",
  ending: "0142",
  recipient: "Patient/p",
};
const around = { clock: () => "09:18" };
const base: CallState = { phase: "preparing", target, startedAt: 0, muted: false, quality: "good", digits: "" };
const say = (more: Partial<CallState>, now = 272_000) => words({ ...base, ...more }, now, around);
const talking: Partial<CallState> = { phase: "connected", ringingAt: 0, answeredAt: 0, callSid: "CA1" };
const done = (outcome: Outcome | undefined, more: Partial<CallState> = {}) =>
  say({ phase: "ended", ringingAt: 0, endedAt: 30_000, callSid: "CA1", ...(outcome ? { outcome } : {}), ...more });

describe("while it lasts", () => {
  it.each([
    ["ok", "Your microphone works. Whoever you call sees the clinic’s number."],
    ["unknown", "Whoever you call sees the clinic’s number."],
    ["asking", "Allow the microphone if your browser asks."],
    ["blocked", "Your microphone cannot be used yet. Whoever you call sees the clinic’s number."],
  ] as const)("idle, microphone %s", (microphone, note) => {
    expect(words(null, 0, { ...around, microphone })).toMatchObject({
      heading: "Ready to call",
      note,
    });
  });

  it("preparing", () => {
    expect(say({})).toMatchObject({
      heading: "Getting ready…",
      note: "Allow the microphone if your browser asks.",
    });
  });

  it("ringing", () => {
    expect(say({ phase: "ringing", ringingAt: 265_000 })).toMatchObject({
      heading: "Calling…",
      timer: "00:07",
      note: "Ringing Margaret Ellis’s phone",
      spoken: "Calling Margaret Ellis",
    });
  });

  it.each<[string, Partial<CallState>, string, string, string]>([
    ["connected", {}, "Connected", "Connection good", "Connected"],
    ["muted", { muted: true }, "Connected, you are muted", "Margaret Ellis cannot hear you", "You are muted"],
    [
      "weak",
      { quality: "weak" },
      "Connected, weak connection",
      "Margaret Ellis may hear gaps. Move closer to your router or use a cable.",
      "Connected, weak connection",
    ],
    [
      "silent microphone",
      { quality: "silent-microphone" },
      "We can’t hear you",
      "Check that your headset is on and not muted.",
      "We can’t hear you. Check that your headset is on and not muted.",
    ],
    [
      "no sound, even when muted",
      { quality: "no-sound", muted: true },
      "Connected, no sound",
      "No sound is getting through. Check your connection.",
      "Connected. No sound is getting through",
    ],
  ])("%s", (_, more, heading, note, spoken) => {
    expect(say({ ...talking, ...more })).toMatchObject({ heading, note, spoken, timer: "04:32" });
  });

  it("says that the other side is still there only when the server says so", () => {
    const lost = { ...talking, phase: "reconnecting" } as const;
    expect(say(lost)).toMatchObject({ heading: "Reconnecting…", note: "Stay on this page.", timer: "04:32" });
    expect(say({ ...lost, memberStatus: "in-progress" }).note).toBe(
      "Stay on this page. Margaret Ellis is still on the line.",
    );
    expect(say({ ...lost, memberStatus: "completed" }).note).toBe("Stay on this page.");
    expect(say(lost).spoken).toBe("Connection lost. Reconnecting");
  });
});

describe("afterwards", () => {
  it("keeps the duration, and whose end it was", () => {
    const ended = { seconds: 363, answeredAt: 0 };
    expect(done("completed", { ...ended, endedBy: "you" })).toMatchObject({
      heading: "Call ended",
      timer: "06:03",
      note: "Ended by you at 09:18",
      spoken: "Call ended after 6 minutes 3 seconds",
    });
    expect(done("completed", { ...ended, endedBy: "them" }).note).toBe("Ended by Margaret Ellis at 09:18");
    expect(done("completed", { ...ended, reason: "The connection was lost." }).note).toBe(
      "The connection was lost. Ended at 09:18",
    );
  });

  it.each<[Outcome, string, string]>([
    ["busy", "Line busy", "Margaret Ellis may be on another call."],
    ["no-answer", "No answer", "It rang for 30 seconds."],
    ["cancelled", "Call cancelled", "The call ended before it was answered."],
    ["failed", "The call did not go through", "The number may be wrong or out of use."],
    ["refused", "The call was not placed", "No call was made to Margaret Ellis."],
  ])("%s", (outcome, heading, note) => {
    const said = done(outcome);
    expect(said).toMatchObject({ heading, note });
    expect(said.alert).toBe(outcome === "failed" || outcome === "refused");
  });

  it("says whose end it was only of an end that is known", () => {
    expect(done("cancelled", { endedBy: "you" }).note).toBe("You ended the call before it was answered.");
    expect(done("completed").note).toBe("Ended at 09:18");
    expect(done("completed", { endedBy: "them", answeredBy: "machine_start" }).note).toBe("Ended at 09:18");
  });

  it("does not say that somebody who declined is on another call", () => {
    const { heading, note } = done("busy", { declined: true });
    expect({ heading, note }).toEqual({
      heading: "Call declined",
      note: "The phone rang, and the call was declined.",
    });
  });

  it("says whether anybody was called", () => {
    const { callSid: _, ringingAt: __, ...unplaced } = { ...base, callSid: "", ringingAt: 0 };
    expect(words({ ...unplaced, phase: "ended", outcome: "failed" }, 0, around).note).toBe(
      "No call was made to Margaret Ellis.",
    );
    expect(words({ ...unplaced, phase: "ended", outcome: "failed", memberStatus: "failed" }, 0, around).note).toBe(
      "The number may be wrong or out of use.",
    );
  });

  it("gives the reason of a refusal and of a failure", () => {
    expect(done("refused", { reason: "Not on file." })).toMatchObject({
      note: "Not on file.",
      spoken: "The call was not placed. Not on file.",
    });
    expect(done("failed", { reason: "The connection was lost." }).note).toBe("The connection was lost.");
  });

  it("does not guess before the server has spoken", () => {
    expect(done(undefined)).toMatchObject({ heading: "Call ended", note: "Finding out how it ended…", alert: false });
  });
});

describe("a machine that answered", () => {
  it.each<[string, Partial<CallState>, string, string, string]>([
    ["machine_start", {}, "Voicemail: leave no clinical detail", "Connection good", ""],
    ["machine_end_beep", { muted: true }, "Voicemail: leave no clinical detail", "You are muted.", " You are muted."],
    ["fax", {}, "A fax machine answered", "Connection good", ""],
    [
      "machine_end_other",
      { quality: "no-sound" },
      "Voicemail: leave no clinical detail",
      "Connected. No sound is getting through.",
      " Connected. No sound is getting through.",
    ],
  ])("%s", (answeredBy, more, heading, note, amiss) => {
    const said = say({ ...talking, answeredBy, ...more });
    expect(said).toMatchObject({ heading, note, tone: "warning", spoken: amiss ? `${heading}.${amiss}` : heading });
  });

  it("is nobody who could be on the line", () => {
    const lost = {
      ...talking,
      phase: "reconnecting",
      memberStatus: "in-progress",
      answeredBy: "machine_start",
    } as const;
    expect(say(lost).note).toBe("Stay on this page. The line is still open.");
  });

  it.each(["human", "unknown"])("is not what was %s", (answeredBy) => {
    expect(say({ ...talking, answeredBy })).toMatchObject({ heading: "Connected", tone: "good" });
    expect(done("completed", { answeredBy, seconds: 12 }).heading).toBe("Call ended");
  });
});

it("calls somebody without a name by what they are, with a capital where a sentence begins", () => {
  const nameless = { ...target, name: "the patient's daughter" };
  expect(say({ phase: "ringing", target: nameless }).note).toBe("Ringing the patient's daughter’s phone");
  expect(say({ ...talking, muted: true, target: nameless }).note).toBe("The patient's daughter cannot hear you");
  expect(words(null, 0, { ...around, target: nameless }).note).toBe("The patient's daughter sees the clinic’s number.");
});

it("never says the number; the heading stands beside the name in the call bar, and has none", () => {
  for (const phase of ["preparing", "ringing", "connected", "reconnecting", "ended"] as const) {
    const said = say({ ...talking, phase });
    expect(JSON.stringify(said)).not.toContain("7700");
    expect(said.heading).not.toContain("Ellis");
  }
});

it.each([
  [0, "00:00", "0 seconds"],
  [1, "00:01", "1 second"],
  [60, "01:00", "1 minute"],
  [363, "06:03", "6 minutes 3 seconds"],
  [3_600, "1:00:00", "1 hour"],
  [7_384, "2:03:04", "2 hours 3 minutes 4 seconds"],
])("%i seconds", (seconds, shown, spoken) => {
  expect(minutesAndSeconds(seconds)).toBe(shown);
  expect(spokenDuration(seconds)).toBe(spoken);
});
