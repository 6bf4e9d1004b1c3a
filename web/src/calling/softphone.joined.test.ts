import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { type FakeCall, target } from "./fakes";
import { trouble } from "./troubles";

let b: Bench;
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const joined = () => b.phone.getState().joined;
const said = () => b.available.mock.calls.map(([ready]) => ready);

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2027-05-03T09:12:00Z") });
  b = bench();
});
afterEach(() => {
  b.phone.close();
  expect(vi.getTimerCount(), "timers left behind").toBe(0);
  vi.useRealTimers();
});

describe("a page that can be rung", () => {
  it("registers, says so each 15 s, and that it is over", async () => {
    expect(b.devices, "not without being wanted").toEqual([]);
    b.phone.beRung(true);
    await settled();
    expect(said()).toEqual([true]);
    await pass(30_000);
    expect(said()).toEqual([true, true, true]);
    b.phone.beRung(false);
    await pass(60_000);
    expect(said()).toEqual([true, true, true, false]);
  });

  it("says that it is away while it is not registered, and registers anew when its Device is gone", async () => {
    b.phone.beRung(true);
    await settled();
    b.device().emit("unregistered");
    expect(said()).toEqual([true, false]);
    b.device().emit("registered");
    expect(said()).toEqual([true, false, true]);
    b.device().emit("destroyed");
    await pass(5_000);
    expect(b.devices).toHaveLength(2);
    expect(said()).toEqual([true, false, true, false, true]);
  });

  it("tries again when it could not register", async () => {
    b.fetchToken.mockRejectedValueOnce(new Error("down"));
    b.phone.beRung(true);
    await pass(3_000);
    expect(said()).toEqual([]);
    await pass(3_000);
    expect(said()).toEqual([true]);
  });

  it("has its token renewed without a call", async () => {
    b.phone.beRung(true);
    await pass(56 * 60_000);
    expect(b.device().tokens).toHaveLength(2);
  });

  it("is not ready while its clinician is in a call, their own or another's, here or in another tab", async () => {
    b.phone.beRung(true);
    await settled();
    await b.phone.call(target);
    await settled();
    expect(said()).toEqual([true, false]);
    await pass(20_000);
    expect(said(), "no heartbeat meanwhile").toEqual([true, false]);
    b.device().calls[0]?.answer("CA9");
    b.device().calls[0]?.over();
    await pass(5_000);
    expect(said()).toEqual([true, false, true]);
    const leg = b.device().rings("CA1");
    expect(said()).toEqual([true, false, true, false]);
    leg.cancelled();
    expect(said()).toEqual([true, false, true, false, true]);
  });

  it("calls on the same Device", async () => {
    b.phone.beRung(true);
    await settled();
    await b.phone.call(target);
    expect(b.devices).toHaveLength(1);
    expect(b.device().calls).toHaveLength(1);
  });
});

describe("being asked to join a call", () => {
  let leg: FakeCall;
  beforeEach(async () => {
    b.phone.beRung(true);
    await settled();
    leg = b.device().rings("CA1");
  });

  it("rings, is answered, and is left", async () => {
    expect(joined()).toMatchObject({ call: "CA1", phase: "ringing" });
    await b.phone.answer();
    expect(leg.done).toEqual(["accept {}"]);
    expect(joined()?.phase).toBe("joining");
    leg.answer("CA7");
    expect(joined()).toMatchObject({ call: "CA1", phase: "connected", muted: false });
    b.phone.setMuted(true);
    expect(joined()?.muted).toBe(true);
    b.phone.leave();
    expect(leg.done).toContain("disconnect");
    expect(joined()).toMatchObject({ phase: "ended", end: "left" });
    expect(b.tabs.release).toHaveBeenCalled();
    expect(b.mic.microphone.lend).toHaveBeenLastCalledWith(false);
    b.phone.clear();
    expect(joined()).toBeNull();
  });

  it("is declined: whoever asks is told at once", () => {
    b.phone.decline();
    expect(leg.done).toEqual(["reject"]);
    expect(joined()).toMatchObject({ phase: "ended", end: "declined" });
  });

  it.each<[string, () => unknown]>([
    ["it is taken back", () => leg.cancelled()],
    ["nothing more is heard of it", () => pass(36_000)],
  ])("rings no more when %s", async (_, happens) => {
    await happens();
    expect(joined()).toMatchObject({ phase: "ended", end: "gone" });
    await b.phone.answer();
    expect(leg.done).not.toContain("accept {}");
  });

  it("is not joined when it is taken back while the microphone is asked for", async () => {
    const go = b.mic.holds();
    const answering = b.phone.answer();
    await settled();
    leg.cancelled();
    go();
    await answering;
    expect(leg.done).toEqual([]);
    expect(b.tabs.release).toHaveBeenCalled();
  });

  it("is not joined without a microphone, and says why", async () => {
    b.mic.fails(trouble("microphone-denied"));
    await b.phone.answer();
    expect(leg.done).toEqual(["reject"]);
    expect(b.phone.getState().trouble?.kind).toBe("microphone-denied");
  });

  it("lets nobody be called meanwhile, and no second one ring", async () => {
    await b.phone.call(target);
    expect(b.phone.getState().call).toBeNull();
    const second = b.device().rings("CA2");
    expect(second.done).toEqual(["reject"]);
    expect(joined()?.call).toBe("CA1");
  });

  it("tells a lost connection from an end", async () => {
    await b.phone.answer();
    leg.answer("CA7");
    leg.socketLost();
    expect(joined()?.phase).toBe("reconnecting");
    leg.back();
    expect(joined()?.phase).toBe("connected");
    leg.over({ code: 53405 });
    expect(joined()).toMatchObject({ phase: "ended", end: "lost" });
  });
});

describe("a call of one's own", () => {
  it("is not rung into", async () => {
    b.phone.beRung(true);
    await settled();
    await b.phone.call(target);
    const leg = b.device().rings("CA1");
    expect(leg.done).toEqual(["reject"]);
    expect(joined()).toBeNull();
  });
});
