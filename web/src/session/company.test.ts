import { describe, expect, it } from "vitest";
import { createCompany } from "./company";
import type { SessionState } from "./contract";

/** The browser's locks, shared by all tabs. */
function browser() {
  const held: { name: string }[] = [];
  return {
    request: (async (name: string, _options: LockOptions, callback: LockGrantedCallback<unknown>) => {
      const one = { name };
      held.push(one);
      await callback({ name, mode: "shared" });
      held.splice(held.indexOf(one), 1);
      return undefined;
    }) as LockManager["request"],
    query: async () => ({ held, pending: [] }),
  };
}

function session(kind: SessionState["kind"]) {
  const on = { kind, tell: (): void => {} };
  return {
    getState: () => ({ kind: on.kind }) as SessionState,
    subscribe(listener: () => void) {
      on.tell = listener;
      return () => true;
    },
    become(next: SessionState["kind"]) {
      on.kind = next;
      on.tell();
    },
  };
}

describe("other tabs", () => {
  it("are company for as long as they are signed in", async () => {
    const locks = browser();
    const tab = createCompany(locks, "/x");
    expect(await tab.signedIn()).toBe(false);
    const [first, second] = [session("in"), session("out")];
    createCompany(locks, "/x").join(first);
    expect(await tab.signedIn()).toBe(true);
    expect(await createCompany(locks, "/another-app").signedIn()).toBe(false);
    createCompany(locks, "/x").join(second);
    second.become("in");
    first.become("locked");
    expect(await tab.signedIn(), "the second one").toBe(true);
    second.become("in");
    second.become("out");
    await Promise.resolve();
    expect(await tab.signedIn()).toBe(false);
    first.become("in");
    expect(await tab.signedIn()).toBe(true);
  });

  it("are none in a browser that has no locks, or refuses them", async () => {
    const refusing = { request: () => Promise.reject(new Error("no")), query: () => Promise.reject(new Error("no")) };
    for (const locks of [undefined, refusing]) {
      const company = createCompany(locks, "");
      company.join(session("in"));
      expect(await company.signedIn()).toBe(false);
    }
  });
});
