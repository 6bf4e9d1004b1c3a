import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../backend";
import { type Bench, bench, settled } from "./bench";
import { type FakeCall, target } from "./fakes";
import type { RoomSeen, ServerCall } from "./state";

let b: Bench;
let leg: FakeCall;
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const call = () => {
  const { call } = b.phone.getState();
  if (!call) throw new Error("no call");
  return call;
};
const asked = () => b.endCall.mock.calls.map(([key]) => key);
const says = (more: Partial<ServerCall>) =>
  b.phone.serverSays({ key: "CA1", appointment: "a1", final: false, summary: "", ...more });
const inRoom = (more: Partial<RoomSeen> = {}) =>
  b.phone.roomSays("CA1", { open: true, others: 2, held: 0, colleagues: 0, ...more });

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2027-05-03T09:12:00Z") });
  b = bench();
  leg = await b.placed();
  leg.ring();
});
afterEach(() => {
  b.phone.close();
  expect(vi.getTimerCount(), "timers left behind").toBe(0);
  vi.useRealTimers();
});

describe("the end of a call of two", () => {
  it("needs no service where the server soon says that it is over", async () => {
    leg.answer();
    b.phone.end();
    await pass(4_900);
    says({ status: "completed", final: true, endedBy: "clinician" });
    await pass(60_000);
    expect(asked()).toEqual([]);
    expect(call().hangUp).toBeUndefined();
  });

  it("is asked of the service when the server says nothing: the hang-up did not get there", async () => {
    leg.answer();
    b.phone.end();
    await pass(5_000);
    expect(asked()).toEqual(["CA1"]);
    expect(call()).toMatchObject({ phase: "ended", endedBy: "you", hangUp: "done" });
  });

  it.each<[string, () => void]>([
    ["the SDK reconnects", () => leg.socketLost()],
    ["the browser has no network", () => b.network.turn(true)],
  ])("is asked of the service at once while %s", async (_, breaks) => {
    leg.answer();
    breaks();
    b.phone.end();
    expect(call()).toMatchObject({ phase: "ended", hangUp: "asked" });
    await settled();
    expect(asked()).toEqual(["CA1"]);
    expect(call().hangUp).toBe("done");
  });

  it("is tried again while the service is away, and says when it was in vain", async () => {
    b.endCall.mockRejectedValue(new BackendError("offline", ""));
    leg.answer();
    leg.socketLost();
    b.phone.end();
    await pass(20_000);
    expect(call().hangUp).toBe("asked");
    expect(asked().length).toBeGreaterThan(5);
    await pass(10_000);
    expect(call().hangUp).toBe("failed");
    const tries = asked().length;
    await pass(60_000);
    expect(asked()).toHaveLength(tries);
  });

  it("is tried no more when the server has told that it is over", async () => {
    b.endCall.mockRejectedValue(new BackendError("unavailable", ""));
    leg.answer();
    leg.socketLost();
    b.phone.end();
    await pass(3_000);
    const tries = asked().length;
    says({ status: "completed", final: true, endedBy: "clinician" });
    await pass(2_000);
    expect(call().hangUp).toBe("done");
    await pass(60_000);
    expect(asked().length).toBeLessThanOrEqual(tries + 1);
  });

  it("is done when the service says that the call is over already", async () => {
    b.endCall.mockRejectedValue(new BackendError("conflict", "", { reason: "over" }));
    leg.answer();
    leg.socketLost();
    b.phone.end();
    await settled();
    expect(call().hangUp).toBe("done");
  });

  it("is asked of the service for a phone that would ring on when the SDK left the call dead", async () => {
    leg.socketLost();
    await pass(0);
    expect(call().phase).toBe("ended");
    expect(asked()).toEqual(["CA1"]);
  });
});

describe("the end of a call in a room", () => {
  beforeEach(() => {
    leg.answer();
    inRoom({ colleagues: 1 });
  });

  it("asks first, and ends for all through the service", async () => {
    b.phone.end();
    expect(call()).toMatchObject({ phase: "connected", asksToEnd: true });
    expect(leg.done).toEqual([]);
    b.phone.end();
    await settled();
    expect(leg.done).toContain("disconnect");
    expect(asked()).toEqual(["CA1"]);
  });

  it("is none when the person stays", async () => {
    b.phone.end();
    b.phone.stay();
    await pass(10_000);
    expect(call()).toMatchObject({ phase: "connected", asksToEnd: false });
    expect(asked()).toEqual([]);
  });

  it("is no end for the others when the person leaves", async () => {
    b.phone.end();
    b.phone.end("leave");
    await pass(60_000);
    expect(call()).toMatchObject({ phase: "ended", left: true });
    expect(leg.done).toContain("disconnect");
    expect(asked()).toEqual([]);
  });

  it("ends for the others when the member has left before", async () => {
    says({ status: "completed", final: true, endedBy: "member" });
    b.phone.end("all");
    await settled();
    expect(asked()).toEqual(["CA1"]);
    expect(call()).toMatchObject({ phase: "ended", endedBy: "you", hangUp: "done" });
  });

  it("does not come by the server's word on the member, who left", async () => {
    says({ status: "completed", final: true, endedBy: "member" });
    await pass(10_000);
    expect(call().phase).toBe("connected");
    expect(leg.done).toEqual([]);
  });
});

describe("the way back into a call", () => {
  beforeEach(async () => {
    leg.answer();
    inRoom();
    leg.soundLost();
    await b.phone.rejoin(target, "CA1");
    leg = b.leg();
  });

  it("is another leg of the same call", async () => {
    expect(b.device().asked.at(-1)).toMatchObject({ params: { To: target.number, appointmentId: "a1", join: "CA1" } });
    leg.ring("CA9");
    leg.answer("CA9");
    expect(call()).toMatchObject({ phase: "connected", callSid: "CA1", rejoins: true });
    says({ status: "in-progress" });
    expect(call().memberStatus).toBe("in-progress");
  });

  it("does not end the call for all when it is lost again before it began", async () => {
    leg.socketLost();
    await pass(0);
    expect(call().phase).toBe("ended");
    expect(asked()).toEqual([]);
  });
});
