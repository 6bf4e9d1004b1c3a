import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionState } from "./contract";
import { createIdle, NOTICE } from "./idle";

const MINUTE = 60_000;

/** What all tabs of a browser share. */
function browser() {
  const kept = new Map<string, string>();
  const tabs: EventTarget[] = [];
  const tab = ({ minutes = 10, kind = "in" as SessionState["kind"] } = {}) => {
    const page = new EventTarget();
    tabs.push(page);
    const on = { kind, calling: false };
    const listeners: { session?: () => void; calls?: () => void } = {};
    const lock = vi.fn(() => become("locked"));
    const become = (next: SessionState["kind"]) => {
      on.kind = next;
      listeners.session?.();
    };
    const idle = createIdle({
      minutes,
      session: {
        getState: () => ({ kind: on.kind }) as SessionState,
        subscribe(listener) {
          listeners.session = listener;
          return () => true;
        },
        lock,
      },
      calls: {
        going: () => on.calling,
        subscribe(listener) {
          listeners.calls = listener;
          return () => true;
        },
      },
      shared: {
        getItem: (key) => kept.get(key) ?? null,
        setItem(key, value) {
          kept.set(key, value);
          for (const other of tabs) if (other !== page) other.dispatchEvent(new Event("storage"));
        },
      },
      page,
    });
    return {
      idle,
      lock,
      become,
      use: () => page.dispatchEvent(new Event("pointerdown")),
      calling(is: boolean) {
        on.calling = is;
        listeners.calls?.();
      },
    };
  };
  return { tab };
}

describe("an idle page", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("says that it is about to lock, and locks", () => {
    const on = browser().tab();
    const soon: boolean[] = [];
    on.idle.subscribe(() => soon.push(on.idle.getState()));
    vi.advanceTimersByTime(10 * MINUTE - NOTICE - 1);
    expect(soon).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(soon).toEqual([true]);
    vi.advanceTimersByTime(NOTICE - 1);
    expect(on.lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(on.lock).toHaveBeenCalledOnce();
    expect(soon, "the lock says the rest").toEqual([true, false]);
    vi.advanceTimersByTime(60 * MINUTE);
    expect(on.lock).toHaveBeenCalledOnce();
  });

  it("is not idle while any tab is used", () => {
    const { tab } = browser();
    const [one, other] = [tab(), tab()];
    for (let minute = 0; minute < 30; minute++) {
      vi.advanceTimersByTime(MINUTE);
      other.use();
    }
    vi.advanceTimersByTime(9 * MINUTE);
    expect(one.idle.getState()).toBe(true);
    other.use();
    expect(one.idle.getState(), "a touch in the other tab").toBe(false);
    vi.advanceTimersByTime(10 * MINUTE);
    expect(one.lock).toHaveBeenCalledOnce();
    expect(other.lock).toHaveBeenCalledOnce();
  });

  it("does not lock in a call, nor at once after it", () => {
    const on = browser().tab();
    on.calling(true);
    vi.advanceTimersByTime(45 * MINUTE);
    expect(on.idle.getState()).toBe(false);
    on.calling(false);
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(on.lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(on.lock).toHaveBeenCalledOnce();
  });

  it("takes the first touch after a long sleep for no use", () => {
    const on = browser().tab();
    vi.setSystemTime(Date.now() + 8 * 60 * MINUTE); // no timer ran
    on.use();
    expect(on.lock).toHaveBeenCalledOnce();
  });

  it("locks a page that the browser brings back the next day", () => {
    const { tab } = browser();
    tab();
    vi.setSystemTime(Date.now() + 20 * 60 * MINUTE);
    expect(tab().lock).toHaveBeenCalledOnce();
  });

  it("begins anew with each sign-in, and is nobody's matter without one", () => {
    const on = browser().tab({ kind: "out" });
    vi.advanceTimersByTime(60 * MINUTE);
    on.use();
    expect(on.lock).not.toHaveBeenCalled();
    on.become("in");
    vi.advanceTimersByTime(10 * MINUTE - 1);
    expect(on.lock).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(on.lock).toHaveBeenCalledOnce();
  });

  it("never locks where no minutes are set", () => {
    const on = browser().tab({ minutes: 0 });
    vi.advanceTimersByTime(24 * 60 * MINUTE);
    on.use();
    expect(on.lock).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
