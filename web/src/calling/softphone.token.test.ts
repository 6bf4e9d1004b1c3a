import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { target } from "./fakes";
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
async function rung() {
  const leg = await b.placed();
  leg.ring();
  return leg;
}

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
    expect(state()).toMatchObject({ call: null, trouble: trouble("token", target) });
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
    (await rung()).disconnect();
    b.device().emit("error", { code: 20104 });
    await b.placed();
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
    expect(b.device().tokens).toHaveLength(2);
    expect(b.devices).toHaveLength(1);
  });

  it("is replaced once when an older Device complains before the call is placed", async () => {
    (await rung()).disconnect();
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
