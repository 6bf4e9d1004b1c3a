import { describe, expect, it, vi } from "vitest";
import type { CalledBack } from "../backend";
import { followAttention } from "./attention";
import { call, fakePhone } from "./playing";

function away() {
  const { phone, change } = fakePhone();
  const told: { words: string; click(): void; closed: boolean }[] = [];
  let focused = false;
  let wanted = true;
  let calledBack: ReadonlyMap<string, CalledBack> = new Map();
  const heard = new Set<() => void>();
  const page = Object.assign(new EventTarget(), { focus: vi.fn(), document: { hasFocus: () => focused } });
  const stop = followAttention({
    phone,
    live: {
      getState: () => ({ updates: "live", calls: new Map(), calledBack }),
      subscribe: (listener) => {
        heard.add(listener);
        return () => void heard.delete(listener);
      },
    },
    notifier: {
      permission: () => "granted",
      ask: async () => "granted",
      show(words, _, click) {
        const one = { words, click, closed: false };
        told.push(one);
        return () => {
          one.closed = true;
        };
      },
    },
    wanted: () => wanted,
    page: page as unknown as Window,
  });
  return {
    change,
    told,
    page,
    stop,
    words: () => told.map((one) => one.words),
    look(next: boolean) {
      focused = next;
      if (next) page.dispatchEvent(new Event("focus"));
    },
    want(next: boolean) {
      wanted = next;
    },
    rings(appointment: string, at: string) {
      calledBack = new Map(calledBack).set(appointment, { appointment, at, ending: "0142" });
      for (const listener of heard) listener();
    },
  };
}

describe("somebody in another window", () => {
  it("is told how the call changes, without a name or a number", () => {
    const a = away();
    a.change({ call: call({ phase: "ringing" }) });
    a.change({ call: call() });
    a.change({ call: call({ muted: true }) });
    a.change({ call: call({ phase: "reconnecting" }) });
    a.change({ call: call() });
    a.change({ call: call({ phase: "ended" }) });
    expect(a.words()).toEqual(["Your call was answered", "Your call lost its connection", "Your call has ended"]);
    expect(a.words().join()).not.toMatch(/Margaret|0142/);
    expect(
      a.told.map((one) => one.closed),
      "each takes the place of the one before",
    ).toEqual([true, true, false]);
  });

  it("is told when somebody calls back, once for each call", () => {
    const a = away();
    a.rings("a1", "2026-11-29T22:15:00Z");
    a.rings("a1", "2026-11-29T22:15:00Z");
    a.rings("a1", "2026-11-29T22:20:00Z");
    expect(a.words()).toEqual(["Somebody called back", "Somebody called back"]);
  });

  it("comes back by a click, and then nothing is left open", () => {
    const a = away();
    a.change({ call: call({ phase: "ringing" }) });
    a.change({ call: call() });
    a.told[0]?.click();
    expect(a.page.focus).toHaveBeenCalled();
    expect(a.told[0]?.closed).toBe(true);
    a.rings("a1", "2026-11-29T22:15:00Z");
    a.look(true);
    expect(a.told[1]?.closed).toBe(true);
  });

  it("is told nothing while they look, did not ask for it, or after the page's end", () => {
    const a = away();
    a.look(true);
    a.change({ call: call() });
    a.change({ call: call({ phase: "ended" }) });
    a.look(false);
    a.want(false);
    a.change({ call: call() });
    a.change({ call: call({ phase: "ended" }) });
    a.want(true);
    a.stop();
    a.rings("a1", "2026-11-29T22:15:00Z");
    expect(a.words()).toEqual([]);
  });
});
