import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, FakeCall, settled, target } from "./fakes";
import type { ServerCall } from "./state";
import { trouble } from "./troubles";

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

describe("placing", () => {
  it("asks for the microphone, then for a token, then makes one Device", async () => {
    const go = b.mic.holds();
    void b.phone.call(target);
    await settled();
    expect(call()).toMatchObject({ phase: "preparing", startedAt: start, target });
    expect(b.fetchToken).not.toHaveBeenCalled();
    go();
    await settled();
    expect(b.fetchToken).toHaveBeenCalledTimes(1);
    expect(b.device().asked).toEqual([{ params: { To: "+447700900142", appointmentId: "a1" } }]);
    expect(b.mic.microphone.lend).toHaveBeenLastCalledWith(true);
  });

  it("rings, connects and runs", async () => {
    const leg = await b.placed();
    await pass(1000);
    leg.ring();
    expect(call()).toMatchObject({ phase: "ringing", callSid: "CA1", ringingAt: start + 1000 });
    await pass(3000);
    leg.answer();
    expect(call()).toMatchObject({ phase: "connected", answeredAt: start + 4000, muted: false, quality: "good" });
    expect(b.speaker.apply).toHaveBeenCalled();
  });

  it("uses the chosen microphone, without insisting", async () => {
    await b.phone.chooseMicrophone("m2");
    await b.placed();
    expect(b.device().asked).toMatchObject([{ rtcConstraints: { audio: { deviceId: { ideal: "m2" } } } }]);
  });

  it("refuses a second call while one is live", async () => {
    await b.placed();
    void b.phone.call({ ...target, appointment: "a2" });
    void b.phone.again();
    await settled();
    expect(call().target).toEqual(target);
    expect(b.device().asked).toHaveLength(1);
  });

  it("refuses it also while the first still waits for the lock of the tabs", async () => {
    void b.phone.call(target);
    void b.phone.call({ ...target, appointment: "a2" });
    await settled();
    expect(b.device().asked).toHaveLength(1);
  });

  it("keeps the Device and the token for the next call", async () => {
    (await b.placed()).disconnect();
    void b.phone.again();
    await settled();
    expect(b.devices).toHaveLength(1);
    expect(b.device().calls).toHaveLength(2);
    expect(b.fetchToken).toHaveBeenCalledTimes(1);
  });

  it("does not call while another tab does", async () => {
    b.tabs.take.mockResolvedValueOnce(false);
    await b.phone.call(target);
    expect(state()).toMatchObject({ call: null, trouble: { kind: "placing", retry: true } });
    expect(state().trouble?.sentence).toContain("another tab");
  });
});

describe("what hinders a call", () => {
  it("says what is wrong with the microphone", async () => {
    b.mic.fails(trouble("microphone-missing"));
    await b.phone.call(target);
    expect(state()).toMatchObject({ call: null, trouble: { kind: "microphone-missing" } });
    expect(b.tabs.release).toHaveBeenCalled();
    b.mic.fails(undefined);
    void b.phone.again();
    await settled();
    expect(state().trouble).toBeNull();
    expect(call().phase).toBe("preparing");
  });

  it("says that the token could not be had, in the service's words if it gave any", async () => {
    b.fetchToken.mockRejectedValueOnce(new Error("500"));
    await b.phone.call(target);
    expect(state().trouble).toEqual(trouble("token"));
    b.fetchToken.mockRejectedValueOnce(Object.assign(new Error(), { sentence: "No number is free. Tell support." }));
    await b.phone.call(target);
    expect(state().trouble).toEqual({ kind: "token", retry: true, sentence: "No number is free. Tell support." });
  });

  it("does not wait for a token for ever", async () => {
    b.fetchToken.mockImplementationOnce(() => new Promise(() => {}));
    void b.phone.call(target);
    await pass(15_000);
    expect(state()).toMatchObject({ call: null, trouble: { kind: "token" } });
  });

  it("does not wait for the gateway for ever, and begins anew then", async () => {
    b.connects("never");
    void b.phone.call(target);
    await pass(15_000);
    expect(state()).toMatchObject({ call: null, trouble: trouble("placing") });
    expect(b.devices[0]?.destroyed).toBe(true);
    b.connects("at once");
    await b.placed();
    expect(b.devices).toHaveLength(2);
  });

  it("gives a call up that was taken and then neither rings nor fails", async () => {
    const leg = await b.placed();
    await pass(30_000);
    expect(state()).toMatchObject({ call: null, trouble: { kind: "placing" } });
    expect(leg.done).toEqual(["disconnect"]);
  });

  it("lets it ring as long as it rings", async () => {
    (await b.placed()).ring();
    await pass(120_000);
    expect(call().phase).toBe("ringing");
  });

  it("finds out why the SDK could not have the microphone after all", async () => {
    const leg = await b.placed();
    b.mic.fails(trouble("microphone-missing"));
    leg.disconnect(); // so does the SDK, before it says why
    leg.emit("error", { code: 31402 });
    await settled();
    expect(state()).toMatchObject({ call: null, trouble: { kind: "microphone-missing" } });
  });

  it("says that the microphone is in use when nothing else is found", async () => {
    (await b.placed()).over({ code: 31402 });
    await settled();
    expect(state()).toMatchObject({ call: null, trouble: { kind: "microphone-in-use" } });
  });

  it("ends a call that the SDK leaves hanging after an error", async () => {
    const leg = await b.placed();
    leg.ring();
    leg.emit("error", { code: 53402 });
    await settled();
    expect(call()).toMatchObject({ phase: "ended", outcome: "failed", reason: "The call could not be connected." });
    expect(leg.done).toEqual(["disconnect"]);
  });
});

describe("a token that the gateway does not like", () => {
  it.each([20101, 20104, 20151, 31201, 31202, 31203, 31204, 31205])("is replaced once: %i", async (code) => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    b.connects("at once");
    b.device().emit("error", { code });
    await settled();
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
    expect(b.devices.map((d) => d.destroyed)).toEqual([true, false]);
    expect(state()).toMatchObject({ trouble: null, call: { phase: "preparing" } });
    b.leg().ring();
    expect(call().phase).toBe("ringing");
  });

  it("is a trouble the second time", async () => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    for (const _ of [1, 2]) {
      b.device().emit("error", { code: 20104 });
      await settled();
    }
    expect(state()).toMatchObject({ call: null, trouble: trouble("token") });
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
  });

  it("is replaced also when the call was already taken", async () => {
    await b.placed();
    b.device().emit("error", { code: 31204 });
    await settled();
    expect(b.devices).toHaveLength(2);
    expect(call().phase).toBe("preparing");
    b.leg().ring();
    expect(call().phase).toBe("ringing");
  });

  it("does not disturb a call that runs: it gets a new one", async () => {
    (await b.placed()).answer();
    b.device().emit("error", { code: 20104 });
    await settled();
    expect(b.device().tokens).toHaveLength(2);
    expect(call().phase).toBe("connected");
    expect(state().trouble).toBeNull();
  });

  it("is forgotten while nobody calls", async () => {
    (await b.placed()).disconnect();
    b.device().emit("error", { code: 20104 });
    await b.placed();
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
    expect(b.device().tokens).toHaveLength(2);
    expect(b.devices).toHaveLength(1);
  });

  it("is replaced once when an older Device complains before the call is placed", async () => {
    (await b.placed()).disconnect();
    const go = b.mic.holds();
    void b.phone.again();
    await settled();
    b.device().emit("error", { code: 20104 });
    await settled();
    expect(b.device().asked).toHaveLength(1);
    go();
    await settled();
    expect(b.devices).toHaveLength(1);
    expect(b.device().asked).toHaveLength(2);
    expect(b.device().tokens).toHaveLength(2);
  });

  it("other errors of the Device end nothing", async () => {
    (await b.placed()).ring();
    b.device().emit("error", { code: 31005 });
    await settled();
    expect(call().phase).toBe("ringing");
  });
});

describe("the other side's end", () => {
  it("keeps the duration", async () => {
    const leg = await b.placed();
    leg.answer();
    await pass(63_000);
    leg.over();
    expect(call()).toMatchObject({ phase: "ended", outcome: "completed", endedBy: "patient", seconds: 63 });
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
    expect(call().endedBy).toBe("patient");
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
    const sentence = "This number is not on file for the patient.";
    says({ key: "CA9", status: "refused", final: true, refusal: { code: "number-not-on-file", sentence } });
    expect(call()).toMatchObject({ phase: "ended", outcome: "refused", reason: sentence, callSid: "CA9" });
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

describe("cancelling and ending", () => {
  it("works while the browser asks for the microphone", async () => {
    const go = b.mic.holds();
    void b.phone.call(target);
    await settled();
    b.phone.end();
    expect(call()).toMatchObject({ phase: "ended", outcome: "cancelled", endedBy: "you" });
    go();
    await settled();
    expect(b.fetchToken).not.toHaveBeenCalled();
    expect(b.devices).toHaveLength(0);
  });

  it("works while the token is fetched", async () => {
    let give = (_: string) => {};
    b.fetchToken.mockImplementationOnce(() => new Promise((resolve) => (give = resolve)));
    void b.phone.call(target);
    await settled();
    b.phone.end();
    give("t");
    await settled();
    expect(b.devices).toHaveLength(0);
    expect(call().outcome).toBe("cancelled");
  });

  it("works while the SDK waits for its socket", async () => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    b.phone.end();
    await settled();
    expect(b.device().destroyed).toBe(true);
    expect(state()).toMatchObject({ trouble: null, call: { outcome: "cancelled" } });
    b.connects("at once");
    (await b.placed()).ring();
    expect(call().phase).toBe("ringing");
  });

  it("leaves nothing behind when the page goes in the middle of it", async () => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    b.phone.close();
    await settled();
    expect(b.device().destroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("hangs a call up that the SDK hands over too late", async () => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    b.phone.end();
    const late = new FakeCall();
    b.device().settle?.(late);
    await settled();
    expect(late.done).toEqual(["disconnect"]);
    expect(call().outcome).toBe("cancelled");
  });

  it("works while the SDK is loaded", async () => {
    const loaded = b.loads();
    void b.phone.call(target);
    await settled();
    b.phone.end();
    loaded();
    await settled();
    expect(b.device()).toMatchObject({ destroyed: true, asked: [] });
    (await b.placed()).ring();
    expect(b.devices).toHaveLength(2);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("works %i steps after the SDK handed the call over", async (steps) => {
    b.connects("never");
    void b.phone.call(target);
    await settled();
    const handed = new FakeCall();
    b.device().settle?.(handed);
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    b.phone.end();
    await settled();
    expect(handed.done).toEqual(["disconnect"]);
    expect(call()).toMatchObject({ phase: "ended", outcome: "cancelled" });
  });

  it("works while it rings", async () => {
    const leg = await b.placed();
    leg.ring();
    b.phone.end();
    expect(leg.done).toEqual(["disconnect"]);
    expect(call()).toMatchObject({ phase: "ended", outcome: "cancelled", endedBy: "you" });
    says({ status: "canceled", final: true });
    expect(call()).toMatchObject({ outcome: "cancelled", endedBy: "you" });
  });

  it("tells that you ended it, and how long it was", async () => {
    const leg = await b.placed();
    leg.answer();
    await pass(5000);
    b.phone.end();
    expect(call()).toMatchObject({ outcome: "completed", endedBy: "you", seconds: 5, endedAt: start + 5000 });
    says({ status: "completed", final: true, durationSeconds: 6 });
    expect(call()).toMatchObject({ outcome: "completed", endedBy: "you", seconds: 6, endedAt: start + 5000 });
  });

  it("ends for the person even when the SDK stays silent", async () => {
    const leg = await b.placed();
    leg.answer();
    leg.disconnect = vi.fn();
    b.phone.end();
    expect(call().phase).toBe("ended");
    leg.state = "closed";
  });

  it("clears an ended call and the trouble, never a live one", async () => {
    const leg = await b.placed();
    b.phone.clear();
    expect(call().phase).toBe("preparing");
    leg.disconnect();
    b.phone.clear();
    expect(state()).toMatchObject({ call: null, trouble: null });
  });
});
