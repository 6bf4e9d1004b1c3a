import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { target } from "./fakes";
import type { Target } from "./state";

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

const call = () => b.phone.getState().call;
const dead: Target = { ...target, doubts: ["deceased"] };
const cancelled: Target = { ...target, doubts: ["cancelled"] };
const params = () => (b.device().asked.at(-1) as { params?: object } | undefined)?.params;

async function ask(whom: Target): Promise<void> {
  await b.phone.call(whom);
  expect(call()).toMatchObject({ phase: "asking", target: whom });
}

describe("what is asked before a call", () => {
  it("places nothing, asks for nothing and takes no tab's turn before the answer", async () => {
    await ask(dead);
    await settled();
    expect(b.devices).toEqual([]);
    expect(b.fetchToken).not.toHaveBeenCalled();
    expect(b.mic.microphone.check).not.toHaveBeenCalled();
    expect(b.tabs.take).not.toHaveBeenCalled();
  });

  it("tells the service that the household is to be reached, and only when that was asked", async () => {
    await ask(dead);
    void b.phone.confirm();
    await settled();
    expect(call()?.phase).toBe("preparing");
    expect(params()).toEqual({
      To: "+447700900142",
      appointmentId: "a1",
      recipient: "Patient/p1",
      householdConfirmed: "true",
    });
    b.phone.end();
    await ask(cancelled);
    void b.phone.confirm();
    await settled();
    expect(params()).toEqual({ To: "+447700900142", appointmentId: "a1", recipient: "Patient/p1" });
  });

  it("is asked again for each call, also for the same one again", async () => {
    await ask(dead);
    void b.phone.confirm();
    await settled();
    b.phone.end();
    void b.phone.again();
    await settled();
    expect(call()?.phase).toBe("asking");
    await ask(dead);
  });

  it("is over with a no, and then yes means nothing", async () => {
    await ask(dead);
    b.phone.clear();
    expect(call()).toBeNull();
    void b.phone.confirm();
    await settled();
    expect(call()).toBeNull();
    expect(b.devices).toEqual([]);
  });

  it("is not touched by what the call before it still says", async () => {
    const leg = await b.placed();
    leg.ring();
    leg.over();
    await ask(dead);
    await vi.advanceTimersByTimeAsync(10_000); // the server was given time to say how the first one ended
    b.phone.serverSays({ key: "CA1", appointment: "a1", status: "busy", final: true, summary: "" });
    expect(call()).toMatchObject({ phase: "asking", target: dead });
    expect(call()).not.toHaveProperty("outcome");
  });

  it("is not asked in the middle of a call", async () => {
    (await b.placed()).answer();
    await b.phone.call(dead);
    expect(call()).toMatchObject({ phase: "connected", target });
  });

  it("goes to the person who was chosen, who may share the number with another", async () => {
    void b.phone.call({ ...target, recipient: "RelatedPerson/d1", name: "Anna Ellis", relation: "daughter" });
    await settled();
    expect(params()).toEqual({ To: "+447700900142", appointmentId: "a1", recipient: "RelatedPerson/d1" });
  });
});
