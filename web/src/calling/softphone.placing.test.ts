import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { target } from "./fakes";
import { NotPlaced } from "./handset";
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
async function rung() {
  const leg = await b.placed();
  leg.ring();
  return leg;
}

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
    const params = { To: "+447700900142", appointmentId: "a1", recipient: "Patient/p1" };
    expect(b.device().asked).toEqual([{ params }]);
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
    (await rung()).disconnect();
    void b.phone.again();
    await settled();
    expect(b.devices).toHaveLength(1);
    expect(b.device().calls).toHaveLength(2);
    expect(b.fetchToken).toHaveBeenCalledTimes(1);
  });

  it("does not call while another tab does", async () => {
    b.tabs.take.mockResolvedValueOnce(false);
    await b.phone.call(target);
    expect(state()).toMatchObject({ call: null, trouble: trouble("elsewhere", target) });
    b.tabs.changes(true);
    expect(state().trouble).not.toBeNull();
    b.tabs.changes(false);
    expect(state().trouble, "the other call is over").toBeNull();
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
    expect(state().trouble).toEqual(trouble("token", target));
    b.fetchToken.mockRejectedValueOnce(Object.assign(new Error(), { sentence: "No number is free. Tell support." }));
    await b.phone.call(target);
    expect(state().trouble).toEqual({ ...trouble("token", target), sentence: "No number is free. Tell support." });
  });

  it("does not wait for a token for ever", async () => {
    b.fetchToken.mockImplementationOnce(() => new Promise(() => {}));
    void b.phone.call(target);
    await pass(15_000);
    expect(state()).toMatchObject({ call: null, trouble: { kind: "token" } });
  });

  it("says that the SDK could not be loaded: only a new page helps", async () => {
    b.cannotLoad(new NotPlaced("loading"));
    await b.phone.call(target);
    expect(state()).toMatchObject({ call: null, trouble: trouble("loading", target) });
    expect(state().trouble?.sentence).toContain("load the page again");
  });

  it("does not wait for the gateway for ever, and begins anew then", async () => {
    b.connects("never");
    void b.phone.call(target);
    await pass(15_000);
    expect(state()).toMatchObject({ call: null, trouble: trouble("placing", target) });
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
