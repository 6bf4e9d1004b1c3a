import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { FakeCall, target } from "./fakes";
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
    expect(b.device().destroyed).toBe(true);
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

describe("a Device whose socket is down", () => {
  /** After a call the Device is idle; then its socket is lost and comes back now and then. */
  async function idle() {
    const first = await b.placed();
    first.ring();
    first.over();
    const device = b.device();
    device.invited.clear();
    device.signalling = false;
    return device;
  }
  const nobodyRings = () => {
    for (const device of b.devices) device.signallingBack();
    expect(b.devices.flatMap((device) => [...device.invited])).toEqual([]);
  };

  it("rings nobody after a call was cancelled, nor twice after the next", async () => {
    const device = await idle();
    await b.placed();
    expect(b.device(), "it is the same").toBe(device);
    b.phone.end();
    expect(call().outcome).toBe("cancelled");
    nobodyRings();
    const next = await b.placed();
    expect([...b.device().invited]).toEqual([next]);
    b.phone.end();
    nobodyRings();
  });

  it("rings nobody after a call was given up", async () => {
    await idle();
    await b.placed();
    await pass(30_000);
    expect(state().trouble?.kind).toBe("placing");
    nobodyRings();
  });

  it("rings nobody when the server's word ended the call, or the page goes", async () => {
    const device = await idle();
    await b.placed();
    says({ key: "CA7", status: "failed", final: true });
    expect(call().phase).toBe("ended");
    nobodyRings();
    expect(device.destroyed).toBe(true);
    b.device().signalling = false;
    await b.placed();
    b.phone.close();
    nobodyRings();
  });

  it("still places a call when it comes back in time", async () => {
    const device = await idle();
    const leg = await b.placed();
    device.signallingBack();
    expect([...device.invited]).toEqual([leg]);
    leg.ring("CA2");
    b.phone.end();
    expect(device.invited.size).toBe(0);
    expect(device.destroyed, "nothing of it is left to wait").toBe(false);
  });
});

it("a late word about a cancelled call does not end the next one", async () => {
  await b.placed();
  b.phone.end();
  const next = await b.placed();
  says({ status: "canceled", final: true });
  expect(call().phase).toBe("preparing");
  next.ring("CA2");
  says({ status: "canceled", final: true });
  expect(call()).toMatchObject({ phase: "ringing", callSid: "CA2" });
  says({ key: "CA2", status: "busy", final: true });
  expect(call().outcome).toBe("busy");
});
