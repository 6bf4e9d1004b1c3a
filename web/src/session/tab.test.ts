import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { say } from "../words";
import { ownTab } from "./tab";

/** The browser's locks, shared by all tabs. */
function browser() {
  const held = new Set<string>();
  return {
    held,
    request: (async (name: string, _options: LockOptions, callback: LockGrantedCallback<unknown>) => {
      if (held.has(name)) return callback(null);
      held.add(name);
      await callback({ name, mode: "exclusive" });
      held.delete(name);
      return undefined;
    }) as LockManager["request"],
  };
}

function storage(kept: Iterable<readonly [string, string]> = []) {
  const map = new Map(kept);
  return {
    map,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
  };
}

const SESSION = ["careline.session", "{}"] as const;
let names = 0;
const newName = () => `tab${++names}`;

describe("a tab's session", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    dispatchEvent(new Event("pagehide"));
    vi.useRealTimers();
  });

  it("is not the copy's, which begins signed out and under its own name", async () => {
    const locks = browser();
    const first = storage();
    expect(await ownTab({ storage: first, locks, newName })).toBeUndefined();
    first.setItem(...SESSION);
    const copy = storage(first.map);
    const told = ownTab({ storage: copy, locks, newName });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await told).toBe(say("session:copied"));
    expect(copy.map.has("careline.session")).toBe(false);
    expect(copy.map.get("careline.tab")).not.toBe(first.map.get("careline.tab"));
    expect(first.map.has("careline.session"), "the first tab goes on").toBe(true);
    expect(locks.held.size).toBe(2);
  });

  it("outlives a reload, also when the lock is freed a little late", async () => {
    const locks = browser();
    const tab = storage();
    await ownTab({ storage: tab, locks, newName });
    tab.setItem(...SESSION);
    const told = ownTab({ storage: tab, locks, newName });
    await vi.advanceTimersByTimeAsync(500);
    dispatchEvent(new Event("pagehide")); // the page before is gone
    await vi.advanceTimersByTimeAsync(500);
    expect(await told).toBeUndefined();
    expect(tab.map.has("careline.session")).toBe(true);
    expect(locks.held.size).toBe(1);
  });

  it("is not waited for where there is none, and a sign-in meanwhile is kept", async () => {
    const locks = browser();
    const first = storage();
    await ownTab({ storage: first, locks, newName });
    const beside = storage(first.map); // a window that the page opened has its storage too
    expect(await ownTab({ storage: beside, locks, newName })).toBeUndefined();
    beside.setItem(...SESSION);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(beside.map.has("careline.session")).toBe(true);
    expect(beside.map.get("careline.tab")).not.toBe(first.map.get("careline.tab"));
  });

  it("goes on as it is in a browser that has no locks, or refuses them", async () => {
    const tab = storage([SESSION, ["careline.tab", "a"]]);
    expect(await ownTab({ storage: tab, locks: undefined })).toBeUndefined();
    expect(await ownTab({ storage: tab, locks: { request: () => Promise.reject(new Error("no")) } })).toBeUndefined();
    expect(tab.map.has("careline.session")).toBe(true);
  });
});
