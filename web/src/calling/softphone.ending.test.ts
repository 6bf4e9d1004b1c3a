import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench } from "./bench";
import type { ServerCall } from "./state";

const start = Date.parse("2027-05-03T09:12:00Z");
let b: Bench;

beforeEach(() => {
  vi.useFakeTimers({ now: start });
  b = bench();
});
afterEach(() => {
  b.phone.close();
  expect(vi.getTimerCount(), "timers left behind").toBe(0);
  vi.useRealTimers();
});

const state = () => b.phone.getState();
const call = () => {
  const { call } = state();
  if (!call) throw new Error("no call");
  return call;
};
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const says = (more: Partial<ServerCall>) =>
  b.phone.serverSays({ key: "CA1", appointment: "a1", ending: "0142", final: false, summary: "", ...more });

describe("the other side's end", () => {
  it("keeps the duration", async () => {
    const leg = await b.placed();
    leg.answer();
    await pass(63_000);
    leg.over();
    expect(call()).toMatchObject({ phase: "ended", outcome: "completed", seconds: 63 });
    expect(call().endedBy, "the carrier may have").toBeUndefined();
    says({ status: "completed", final: true, endedBy: "member" });
    expect(call().endedBy).toBe("them");
    expect(b.tabs.release).toHaveBeenCalled();
    expect(b.mic.microphone.lend).toHaveBeenLastCalledWith(false);
    expect(b.device().audio.unsetInputDevice).toHaveBeenCalled();
  });

  it("waits for the server to say how an unanswered call ended", async () => {
    const leg = await b.placed();
    leg.ring();
    leg.over();
    expect(call().phase).toBe("ended");
    expect(call().outcome).toBeUndefined();
    await pass(1000);
    says({ status: "busy", final: true });
    expect(call().outcome).toBe("busy");
    await pass(20_000);
    expect(call().outcome).toBe("busy");
  });

  it("calls it failed when the server stays silent, until it speaks", async () => {
    const leg = await b.placed();
    leg.ring();
    leg.over();
    await pass(8000);
    expect(call()).toMatchObject({ outcome: "failed", callSid: "CA1" });
    says({ status: "no-answer", final: true });
    expect(call().outcome).toBe("no-answer");
    expect(call().reason).toBeUndefined();
  });

  it.each([
    [31486, "busy"],
    [31603, "busy"],
    [31480, "no-answer"],
    [31404, "failed"],
    [31005, "failed"],
  ])("guesses from the gateway's error %i: %s", async (code, outcome) => {
    const leg = await b.placed();
    leg.ring();
    leg.over({ code });
    expect(call()).toMatchObject({ phase: "ended", outcome });
  });

  it("tells a lost call from one that the patient ended", async () => {
    const leg = await b.placed();
    leg.answer();
    await pass(10_000);
    leg.soundLost();
    expect(call()).toMatchObject({ outcome: "completed", seconds: 10, reason: "The connection was lost." });
    expect(call().endedBy).toBeUndefined();
  });

  it("goes on after an error that ends nothing", async () => {
    const leg = await b.placed();
    leg.answer();
    leg.emit("error", { code: 53000, message: "Could not send DTMF" });
    await pass(1000);
    expect(call().phase).toBe("connected");
    leg.over();
    says({ status: "completed", final: true, endedBy: "member" });
    expect(call().endedBy).toBe("them");
    expect(call().reason).toBeUndefined();
  });

  it.each(["cancel", "reject"])("%s ends it too", async (event) => {
    const leg = await b.placed();
    leg.ring();
    leg.state = "closed";
    leg.emit(event);
    expect(call().phase).toBe("ended");
  });
});

describe("the server's word", () => {
  it.each(["completed", "busy", "no-answer", "failed"] as const)("ends the call at once: %s", async (status) => {
    const leg = await b.placed();
    leg.ring();
    says({ status, final: true, durationSeconds: 7 });
    expect(call()).toMatchObject({ phase: "ended", outcome: status });
    expect(leg.state).toBe("ringing");
    await pass(2000);
    expect(leg.done).toEqual(["disconnect"]);
  });

  it("gives the reason of a refusal, before there is a SID, and ends the reading out", async () => {
    const leg = await b.placed();
    const sentence = "This number is not on file for the appointment’s patient. Please check the patient’s record.";
    says({ key: "CA9", status: "refused", final: true, refusal: { code: "number-not-on-file", sentence: "" } });
    expect(call()).toMatchObject({ phase: "ended", outcome: "refused", reason: sentence, callSid: "CA9" });
    expect(call().refusal, "by which one knows whether it can pass").toBe("number-not-on-file");
    expect(leg.done).toEqual(["disconnect"]);
    expect(call().outcome).toBe("refused");
  });

  it("lets a new call begin while the old leg still hears the end", async () => {
    const leg = await b.placed();
    leg.answer();
    says({ status: "completed", final: true, durationSeconds: 1 });
    const next = await b.placed();
    expect(leg.done).toEqual(["disconnect"]);
    next.ring("CA2");
    expect(call()).toMatchObject({ phase: "ringing", callSid: "CA2" });
  });

  it("does not take an older call of the same appointment for this one", async () => {
    const first = await b.placed();
    first.ring();
    says({ status: "busy", final: true });
    says({ key: "CA0", status: "no-answer", final: true, sent: new Date(start).toISOString() });
    await b.placed();
    says({ status: "busy", final: true });
    says({ key: "CA0", status: "no-answer", final: true });
    expect(call().phase).toBe("preparing");
  });
});
