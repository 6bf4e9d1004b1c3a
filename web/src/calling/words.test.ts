import { describe, expect, it } from "vitest";
import type { CallState, Outcome } from "./state";
import { minutesAndSeconds, spokenDuration, words } from "./words";

const target = { appointment: "a1", number: "+447700900142", name: "Margaret Ellis", ending: "0142" };
const around = { clock: () => "09:18" };
const base: CallState = { phase: "preparing", target, startedAt: 0, muted: false, quality: "good", digits: "" };
const say = (more: Partial<CallState>, now = 272_000) => words({ ...base, ...more }, now, around);
const talking: Partial<CallState> = { phase: "connected", ringingAt: 0, answeredAt: 0, callSid: "CA1" };
const done = (outcome: Outcome | undefined, more: Partial<CallState> = {}) =>
  say({ phase: "ended", ringingAt: 0, endedAt: 30_000, callSid: "CA1", ...(outcome ? { outcome } : {}), ...more });

describe("while it lasts", () => {
  it.each([
    ["ok", "Your microphone works. The patient sees the clinic's number."],
    ["unknown", "The patient sees the clinic's number."],
    ["asking", "Allow the microphone if your browser asks."],
    ["blocked", "Your microphone cannot be used yet. The patient sees the clinic's number."],
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
      note: "Ringing the patient's phone",
      spoken: "Calling Margaret Ellis",
    });
  });

  it.each<[string, Partial<CallState>, string, string, string]>([
    ["connected", {}, "Connected", "Connection good", "Connected"],
    ["muted", { muted: true }, "Connected, you are muted", "The patient cannot hear you", "You are muted"],
    [
      "weak",
      { quality: "weak" },
      "Connected, weak connection",
      "The patient may hear gaps. Move closer to your router or use a cable.",
      "Connected, weak connection",
    ],
    [
      "silent microphone",
      { quality: "silent-microphone" },
      "We can't hear you",
      "Check that your headset is on and not muted.",
      "We can't hear you. Check that your headset is on and not muted.",
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

  it("says that the patient is still there only when the server says so", () => {
    const lost = { ...talking, phase: "reconnecting" } as const;
    expect(say(lost)).toMatchObject({ heading: "Reconnecting…", note: "Stay on this page.", timer: "04:32" });
    expect(say({ ...lost, memberStatus: "in-progress" }).note).toBe(
      "Stay on this page. The patient is still on the line.",
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
    expect(done("completed", { ...ended, endedBy: "patient" }).note).toBe("Ended by the patient at 09:18");
    expect(done("completed", { ...ended, reason: "The connection was lost." }).note).toBe(
      "The connection was lost. Ended at 09:18",
    );
  });

  it.each<[Outcome, string, string]>([
    ["busy", "Line busy", "The patient may be on another call."],
    ["no-answer", "No answer", "It rang for 30 seconds."],
    ["cancelled", "Call cancelled", "You ended the call before it was answered."],
    ["failed", "The call did not go through", "Check the number and try again. Reference CA1"],
    ["refused", "The call was not placed", "No call was made to the patient."],
  ])("%s", (outcome, heading, note) => {
    const said = done(outcome);
    expect(said).toMatchObject({ heading, note });
    expect(said.alert).toBe(outcome === "failed" || outcome === "refused");
  });

  it("says whether anybody was called", () => {
    const { callSid: _, ringingAt: __, ...unplaced } = { ...base, callSid: "", ringingAt: 0 };
    expect(words({ ...unplaced, phase: "ended", outcome: "failed" }, 0, around).note).toBe(
      "No call was made to the patient.",
    );
    expect(words({ ...unplaced, phase: "ended", outcome: "failed", memberStatus: "failed" }, 0, around).note).toBe(
      "Check the number and try again.",
    );
  });

  it("gives the reason of a refusal and of a failure", () => {
    expect(done("refused", { reason: "Not on file." })).toMatchObject({
      note: "Not on file.",
      spoken: "The call was not placed. Not on file.",
    });
    expect(done("failed", { reason: "The connection was lost." }).note).toBe("The connection was lost. Reference CA1");
  });

  it("does not guess before the server has spoken", () => {
    expect(done(undefined)).toMatchObject({ heading: "Call ended", note: "Finding out how it ended…", alert: false });
  });
});

it("never says the number, and the name only to a screen reader", () => {
  for (const phase of ["preparing", "ringing", "connected", "reconnecting", "ended"] as const) {
    const said = say({ ...talking, phase });
    expect(JSON.stringify(said)).not.toContain("7700");
    expect(said.heading + said.note).not.toContain("Ellis");
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
