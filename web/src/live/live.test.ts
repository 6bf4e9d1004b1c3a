import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Call, Day } from "../backend";
import { createCaches, keys } from "./caches";
import { createLive } from "./live";

const call = (key: string, more: Partial<Call> = {}): Call => ({
  key,
  appointment: "7",
  final: false,
  summary: "",
  ...more,
});

describe("live calls", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("keep the newest word of each call, newest call first, and survive an event that is not theirs", async () => {
    const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
    const heard: Call[] = [];
    const live = createLive({
      backend: {
        events: async () => new Response(new ReadableStream({ start: (controller) => void bodies.push(controller) })),
      },
      onCall: (one) => heard.push(one),
      onReturn() {},
    });
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(live.getState().updates).toBe("live");
    const tell = (name: string, data: string) =>
      bodies[0]?.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${data}\n\n`));
    tell("call", JSON.stringify(call("a", { status: "ringing" })));
    tell("call", "{cut");
    tell("other", "{}");
    tell("call", JSON.stringify(call("b", { status: "requested" })));
    tell("call", JSON.stringify(call("a", { status: "completed", final: true })));
    await vi.advanceTimersByTimeAsync(0);
    const calls = live.getState().calls.get("7") ?? [];
    expect(calls.map((one) => [one.call.key, one.call.status])).toEqual([
      ["b", "requested"],
      ["a", "completed"],
    ]);
    expect(heard).toHaveLength(3);
    live.stop(true);
    expect(live.getState()).toEqual({ updates: "starting", calls: new Map() });
  });

  it("reach the day's list at once, and the history a moment later, once for many", async () => {
    const client = new QueryClient();
    const ask = vi.spyOn(client, "invalidateQueries");
    const day: Day = {
      date: "2027-05-03",
      timeZone: "Europe/London",
      appointments: [{ id: "7", status: "booked", patient: null, lastCall: null }],
    };
    client.setQueryData(keys.day(undefined), day);
    const lastCall = () => client.getQueryData<Day>(keys.day(undefined))?.appointments[0]?.lastCall;
    const caches = createCaches(client);
    const sent = "2027-05-03T08:10:00Z";
    caches.heard(call("a", { status: "ringing", sent }));
    expect(lastCall()).toMatchObject({ status: "ringing", at: sent });
    caches.heard(call("a", { status: "no-answer", final: true, sent, ended: "2027-05-03T08:10:30Z" }));
    expect(lastCall()).toMatchObject({ status: "no-answer", final: true, at: "2027-05-03T08:10:30Z" });
    caches.heard(call("older", { status: "ringing", sent: "2027-05-03T07:00:00Z" }));
    expect(lastCall(), "an event told again").toMatchObject({ status: "no-answer" });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask.mock.calls.map(([filters]) => filters?.queryKey)).toEqual([keys.calls("7")]);
    caches.stop();
    client.clear();
  });
});
