import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../backend";
import { BLINK, type Follower, follow, type Health, SILENCE } from "./follow";

/** A server whose streams the test writes to and ends. */
function stage() {
  const opened: { lastId: string; signal: AbortSignal; write(text: string): void; end(): void; cut(): void }[] = [];
  const events: string[] = [];
  const health: Health[] = [];
  const refusals: Error[] = [];
  const follower: Follower = follow({
    random: () => 1,
    place: { lastId: "" },
    open(lastId, signal) {
      const refusal = refusals.shift();
      if (refusal) {
        opened.push({ lastId, signal, write() {}, end() {}, cut() {} });
        return Promise.reject(refusal);
      }
      return new Promise((resolve) => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            opened.push({
              lastId,
              signal,
              write: (text) => controller.enqueue(new TextEncoder().encode(text)),
              end: () => controller.close(),
              cut: () => controller.error(new TypeError("network error")),
            });
          },
        });
        resolve(new Response(body));
      });
    },
    event: (event) => events.push(event.data),
    health: (now) => health.push(now),
  });
  return { opened, events, health, refusals, follower };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("follow", () => {
  let on: ReturnType<typeof stage>;
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    on.follower.stop();
    vi.useRealTimers();
  });

  it("hands events on and comes back with the last id after a break", async () => {
    on = stage();
    await settle();
    on.opened[0]?.write("retry: 1000\n\nid: 41\ndata: a\n\n");
    await settle();
    on.opened[0]?.end();
    await vi.advanceTimersByTimeAsync(999);
    expect(on.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(on.events).toEqual(["a"]);
    expect(on.opened.map(({ lastId }) => lastId)).toEqual(["", "41"]);
    expect(on.health, "a short break is nobody's business").toEqual(["live"]);
  });

  it("takes silence for a dead line, but not a quiet stream with heartbeats", async () => {
    on = stage();
    await settle();
    for (let beat = 0; beat < 10; beat++) {
      await vi.advanceTimersByTimeAsync(15_000);
      on.opened[0]?.write(": still here\n\n");
    }
    await settle();
    expect(on.opened).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(SILENCE + 2_000);
    expect(on.opened[0]?.signal.aborted).toBe(true);
    expect(on.opened).toHaveLength(2);
  });

  it("comes back at once when the server ends the stream after its hour", async () => {
    on = stage();
    await settle();
    for (let beat = 0; beat < 240; beat++) {
      on.opened[0]?.write(": still here\n\n");
      await vi.advanceTimersByTimeAsync(15_000);
    }
    on.opened[0]?.end();
    await settle();
    expect(on.opened).toHaveLength(2);
    expect(on.health).toEqual(["live"]);
  });

  it("says that updates are lost when the break lasts, and when they are back", async () => {
    on = stage();
    await settle();
    on.opened[0]?.write("retry: 2000\n\n");
    await settle();
    on.refusals.push(new BackendError("unavailable", ""), new BackendError("unavailable", ""));
    on.opened[0]?.end();
    await vi.advanceTimersByTimeAsync(BLINK - 1);
    expect(on.health).toEqual(["live"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(on.health).toEqual(["live", "lost"]);
    await vi.advanceTimersByTimeAsync(20_000);
    on.opened.at(-1)?.write("retry: 2000\n\n");
    await settle();
    expect(on.health).toEqual(["live", "lost", "live"]);
  });

  it("does not take an answer for live updates before anything comes of it", async () => {
    on = stage();
    await vi.advanceTimersByTimeAsync(BLINK);
    expect(on.opened).toHaveLength(1);
    expect(on.health, "a proxy that keeps the stream to itself").toEqual(["lost"]);
    on.opened[0]?.write(": still here\n\n");
    await settle();
    expect(on.health).toEqual(["lost", "live"]);
  });

  it("tells within a second that a line is cut and no other is to be had", async () => {
    on = stage();
    await settle();
    on.opened[0]?.write("retry: 2000\n\n");
    await settle();
    on.refusals.push(new BackendError("offline", ""), new BackendError("unavailable", ""));
    on.opened[0]?.cut();
    await vi.advanceTimersByTimeAsync(500);
    expect(on.health).toEqual(["live", "unreachable"]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(on.health, "something answers again").toEqual(["live", "unreachable", "lost"]);
    await vi.advanceTimersByTimeAsync(8_000);
    on.opened.at(-1)?.write(": still here\n\n");
    await settle();
    expect(on.health.at(-1)).toBe("live");
  });

  it("takes the line for dead when told so, and tries another at once, then with patience", async () => {
    on = stage();
    await settle();
    on.opened[0]?.write("retry: 2000\n\n");
    await settle();
    on.refusals.push(new BackendError("offline", ""));
    on.follower.redial();
    await settle();
    expect(on.opened[0]?.signal.aborted).toBe(true);
    expect(on.opened).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(on.opened).toHaveLength(2);
    on.follower.redial();
    await settle();
    expect(on.opened, "also out of a pause").toHaveLength(3);
  });

  it("tries at once when nudged", async () => {
    on = stage();
    await settle();
    on.opened[0]?.end();
    await settle();
    on.follower.nudge();
    await settle();
    expect(on.opened).toHaveLength(2);
  });
});

describe("follow, refused", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  function refused(errors: Error[]) {
    vi.useFakeTimers();
    const at: number[] = [];
    const ids: string[] = [];
    const health: Health[] = [];
    const begun = Date.now();
    const follower = follow({
      random: () => 1,
      place: { lastId: "" },
      open(lastId) {
        at.push(Date.now() - begun);
        ids.push(lastId);
        return Promise.reject(errors.shift() ?? new BackendError("offline", ""));
      },
      event() {},
      health: (now) => health.push(now),
    });
    return { at, ids, health, follower };
  }

  it("waits longer each time, at most half a minute, and says so", async () => {
    const on = refused([]);
    await vi.advanceTimersByTimeAsync(100_000);
    on.follower.stop();
    expect(on.at).toEqual([0, 2_000, 6_000, 14_000, 30_000, 60_000, 90_000]);
    expect(on.health).toEqual(["unreachable"]);
  });

  it("waits as long as the server asks", async () => {
    const on = refused([new BackendError("unavailable", "", { retryAfter: 7_000 })]);
    await vi.advanceTimersByTimeAsync(7_000);
    on.follower.stop();
    expect(on.at).toEqual([0, 7_000]);
  });

  it("comes back when another tab of the same person may have given up its stream", async () => {
    const share = () => new BackendError("too-many-requests", "You have ten.", { retryAfter: 60_000 });
    const on = refused([share(), share()]);
    await vi.advanceTimersByTimeAsync(120_000);
    on.follower.stop();
    expect(on.at).toEqual([0, 60_000, 120_000]);
    expect(on.health).toEqual(["lost", "unreachable"]);
  });

  it("keeps asking for as long as there is no room, and says so once", async () => {
    const full = () => new BackendError("unavailable", "There is no room.", { retryAfter: 5_000 });
    const on = refused(Array.from({ length: 100 }, full));
    await vi.advanceTimersByTimeAsync(20 * 60_000);
    on.follower.stop();
    expect(on.at.slice(0, 6)).toEqual([0, 5_000, 10_000, 18_000, 34_000, 64_000]);
    expect(on.at.at(-1), "never gives up").toBeGreaterThan(19.5 * 60_000 - 1);
    expect(on.health).toEqual(["lost"]);
  });

  it("stops when the session is over", async () => {
    const on = refused([new BackendError("session", "")]);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(on.at).toEqual([0]);
    expect(on.health).toEqual(["lost"]);
  });
});
