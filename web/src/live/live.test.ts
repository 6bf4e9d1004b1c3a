import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError, type Call, type Day } from "../backend";
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
    expect(live.getState().updates).toBe("live");
    live.stop(true);
    expect(live.getState()).toEqual({ updates: "starting", calls: new Map(), calledBack: new Map() });
  });

  it("of a call in no room have the page ask again who is in it, for the stream does not tell", () => {
    const client = new QueryClient();
    const caches = createCaches(client);
    const stale = (key: string) => client.getQueryState(keys.participants(key))?.isInvalidated;
    for (const [key, room] of Object.entries({ a: "none", b: "open" })) {
      client.setQueryData(keys.participants(key), { call: key, room, mine: true, participants: [] });
      caches.heard(call(key, { key, status: "in-progress" }));
    }
    expect([stale("a"), stale("b")]).toEqual([true, false]);
  });

  it("come with who is in them and how they are recorded, each whole", async () => {
    const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
    const client = new QueryClient();
    const caches = createCaches(client);
    const onRoom = vi.fn(caches.heardRoom);
    const live = createLive({
      backend: { events: async () => new Response(new ReadableStream({ start: (one) => void bodies.push(one) })) },
      onCall() {},
      onRoom,
      onRecording: caches.heardRecording,
      onReturn() {},
    });
    live.start();
    await vi.advanceTimersByTimeAsync(0);
    const room = { call: "a", room: "open", mine: true, participants: [] };
    const recording = { call: "a", mode: "asked", consent: "given", state: "in-progress" };
    for (const [name, data] of Object.entries({ party: room, recording })) {
      bodies[0]?.enqueue(new TextEncoder().encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
    }
    bodies[0]?.enqueue(new TextEncoder().encode("event: party\ndata: {cut\n\n"));
    await vi.advanceTimersByTimeAsync(0);
    expect(onRoom).toHaveBeenCalledExactlyOnceWith(room);
    expect(client.getQueryData(keys.participants("a"))).toEqual(room);
    expect(client.getQueryData(keys.recording("a"))).toEqual(recording);
    live.stop();
    client.clear();
  });

  it("are told to be offline at once by the browser's word, until something comes through", async () => {
    const bodies: ReadableStreamDefaultController<Uint8Array>[] = [];
    const onReturn = vi.fn();
    let away = false;
    const live = createLive({
      backend: {
        events: () =>
          away
            ? Promise.reject(new BackendError("offline", ""))
            : Promise.resolve(new Response(new ReadableStream({ start: (one) => void bodies.push(one) }))),
      },
      onCall() {},
      onReturn,
    });
    const come = async () => {
      await vi.advanceTimersByTimeAsync(0);
      bodies.at(-1)?.enqueue(new TextEncoder().encode(": here\n\n"));
      await vi.advanceTimersByTimeAsync(0);
    };
    live.start();
    await come();
    away = true;
    dispatchEvent(new Event("offline"));
    expect(live.getState().updates).toBe("offline");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(live.getState().updates).toBe("offline");
    away = false;
    dispatchEvent(new Event("online"));
    await come();
    expect(live.getState().updates).toBe("live");
    expect(onReturn).toHaveBeenCalledOnce();
    dispatchEvent(new Event("offline"));
    await come();
    expect(live.getState().updates, "the browser was wrong").toBe("live");
    live.stop();
  });

  it("go on where they were after a new start, unless another person may come", async () => {
    const asked: string[] = [];
    const live = createLive({
      backend: {
        async events(lastId) {
          asked.push(lastId);
          const event = new TextEncoder().encode(`id: 41\nevent: call\ndata: ${JSON.stringify(call("a"))}\n\n`);
          return new Response(new ReadableStream({ start: (controller) => controller.enqueue(event) }));
        },
      },
      onCall() {},
      onReturn() {},
    });
    const begin = async () => {
      live.start();
      await vi.advanceTimersByTimeAsync(0);
    };
    await begin();
    await begin(); // "Try now"
    live.stop(); // the session was lost, and found again
    await begin();
    live.stop(true);
    await begin();
    live.stop();
    expect(asked).toEqual(["", "41", "41", ""]);
  });

  it("reach the day's list at once, and the history a moment later, once for many", async () => {
    const client = new QueryClient();
    const ask = vi.spyOn(client, "invalidateQueries");
    const day: Day = {
      date: "2027-05-03",
      timeZone: "Europe/London",
      appointments: [{ id: "7", status: "booked", patient: null, lastCall: null }],
    };
    client.setQueryData(keys.day("2027-05-03"), day);
    const lastCall = () => client.getQueryData<Day>(keys.day("2027-05-03"))?.appointments[0]?.lastCall;
    const caches = createCaches(client);
    const sent = "2027-05-03T08:10:00Z";
    caches.heard(call("a", { status: "ringing", sent }));
    expect(lastCall()).toMatchObject({ status: "ringing", at: sent });
    caches.heard(call("a", { status: "no-answer", final: true, sent, ended: "2027-05-03T08:10:30Z" }));
    expect(lastCall()).toMatchObject({ status: "no-answer", final: true, at: "2027-05-03T08:10:30Z" });
    caches.heard(call("older", { status: "ringing", sent: "2027-05-03T07:00:00Z" }));
    expect(lastCall(), "an event told again").toMatchObject({ status: "no-answer" });
    const again = { status: "no-answer" as const, final: true, sent: "2027-05-03T08:20:00Z" };
    caches.heard(call("b", { ...again, ended: "2027-05-03T08:20:30Z" }));
    expect(lastCall(), "a later call that went the same way").toMatchObject({ at: "2027-05-03T08:20:30Z" });
    const voicemail = { status: "completed" as const, final: true, sent: "2027-05-03T08:30:00Z" };
    caches.heard(call("c", { ...voicemail, ended: "2027-05-03T08:30:30Z" }));
    const recipient = { ref: "RelatedPerson/d", name: "Anna Ellis", relation: "daughter" };
    const found = { answeredBy: "machine_end_beep", durationSeconds: 12, recipient };
    caches.heard(call("c", { ...voicemail, ...found, ended: "2027-05-03T08:30:30Z" }));
    expect(lastCall(), "the same word with more").toMatchObject(found);
    caches.heard(
      call("older", { ...voicemail, sent: "2027-05-03T08:00:00Z", ended: "2027-05-03T08:01:00Z", durationSeconds: 60 }),
    );
    expect(lastCall(), "the same word of an earlier call").toMatchObject(found);
    expect(ask, "what the page shows of the appointment still holds").not.toHaveBeenCalled();
    const refusal = { code: "patient-deceased", sentence: "" };
    caches.heard(call("d", { status: "refused", final: true, sent: "2027-05-03T08:40:00Z", refusal }));
    expect(ask.mock.calls.map(([filters]) => filters?.queryKey)).toEqual([keys.appointment("7")]);
    ask.mockClear();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ask.mock.calls.map(([filters]) => filters?.queryKey)).toEqual([keys.calls("7")]);
    caches.stop();
    client.clear();
  });
});
