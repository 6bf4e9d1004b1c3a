import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { realClock } from "./clock";
import { createTabs, lockName, type Tabs } from "./tabs";

/** Web Locks as the specification has them, as far as one name goes: first come first served, shared ones together. */
function browser() {
  interface Asked {
    mode: LockMode;
    run(): void;
  }
  const held = new Set<LockMode>();
  let queue: Asked[] = [];
  const pump = () => {
    const [next] = queue;
    if (!next) return;
    if (held.has("exclusive") || (next.mode === "exclusive" && held.size > 0)) return;
    queue.shift();
    held.add(next.mode);
    next.run();
    pump();
  };
  const request = (_: string, options: LockOptions, callback: (lock: Lock) => unknown) =>
    new Promise<unknown>((resolve, reject) => {
      const mode = options.mode ?? "exclusive";
      const asked: Asked = {
        mode,
        run: () =>
          void Promise.resolve(callback({ name: lockName, mode })).then((value) => {
            held.delete(mode);
            resolve(value);
            pump();
          }),
      };
      options.signal?.addEventListener("abort", () => {
        queue = queue.filter((one) => one !== asked);
        reject(new Error("AbortError"));
      });
      queue.push(asked);
      pump();
    });
  const query = async () => ({ held: [...held].map((mode) => ({ name: lockName, mode })), pending: [] });
  const channels = new Set<EventTarget>();
  return {
    tab(): Tabs {
      const channel = new EventTarget();
      channels.add(channel);
      const post = () => {
        for (const other of channels) if (other !== channel) other.dispatchEvent(new Event("message"));
      };
      return createTabs({
        clock: realClock,
        locks: { request, query } as unknown as LockManager,
        channel: Object.assign(channel, {
          postMessage: post,
          close: () => channels.delete(channel),
        }) as unknown as BroadcastChannel,
      });
    },
  };
}

const settled = () => vi.advanceTimersByTimeAsync(0);
let tabs: Tabs[];
beforeEach(() => {
  vi.useFakeTimers();
  const one = browser();
  tabs = [one.tab(), one.tab(), one.tab()];
});
afterEach(() => {
  for (const tab of tabs) tab.close();
  vi.useRealTimers();
});
const [a, b, c] = [0, 1, 2].map((n) => () => tabs[n] as Tabs) as [() => Tabs, () => Tabs, () => Tabs];

it("a call in one tab is told in the others, until it ends", async () => {
  const told = vi.fn();
  b().onChange(told);
  expect(await a().take()).toBe(true);
  await settled();
  expect([a().elsewhere(), b().elsewhere(), c().elsewhere()]).toEqual([false, true, true]);
  expect(told).toHaveBeenCalledTimes(1);
  a().release();
  await settled();
  expect([b().elsewhere(), c().elsewhere()]).toEqual([false, false]);
  expect(told).toHaveBeenCalledTimes(2);
});

it("no second call in another tab", async () => {
  await a().take();
  await settled();
  const taken = b().take();
  await vi.advanceTimersByTimeAsync(500);
  expect(await taken).toBe(false);
  a().release();
  await settled();
  expect(await b().take()).toBe(true);
  await settled();
  expect([a().elsewhere(), b().elsewhere(), c().elsewhere()]).toEqual([true, false, true]);
});

it("a tab that is opened later knows of the call", async () => {
  const one = browser();
  tabs = [one.tab()];
  await a().take();
  tabs.push(one.tab());
  await settled();
  expect(b().elsewhere()).toBe(true);
});

it("a tab that is closed frees the call", async () => {
  await a().take();
  await settled();
  a().close();
  await settled();
  expect(b().elsewhere()).toBe(false);
});

it("a tab can call again and again", async () => {
  for (const _ of [1, 2, 3]) {
    expect(await a().take()).toBe(true);
    await settled();
    a().release();
    await settled();
  }
  expect(b().elsewhere()).toBe(false);
});

it("without locks every tab stands alone", async () => {
  const alone = createTabs({ clock: realClock });
  expect(await alone.take()).toBe(true);
  expect(alone.elsewhere()).toBe(false);
  alone.close();
});
