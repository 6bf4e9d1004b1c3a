// Whether the person is signed in in another tab of this browser: then this one need not
// ask. Each tab that is signed in holds a share of one lock for as long as it is, and the
// browser tells who holds what, also of tabs that sleep. Nothing of the session goes
// from tab to tab: the new tab gets its own from the provider.
import type { Session } from "./contract";

export interface Company {
  /** Whether any tab is signed in. Not without locks: then one signs in by hand. */
  signedIn(): Promise<boolean>;
  /** This tab counts among them from now on, whenever it is signed in. */
  join(session: Pick<Session, "getState" | "subscribe">): void;
}

export function createCompany(locks: Pick<LockManager, "request" | "query"> | undefined, scope: string): Company {
  const name = `careline-signed-in${scope}`;
  let leave: (() => void) | undefined;

  function enter() {
    const until = new Promise<void>((resolve) => {
      leave = resolve;
    });
    void locks?.request(name, { mode: "shared" }, () => until).catch(() => undefined); // other tabs ask by hand
  }

  return {
    async signedIn() {
      const all = await locks?.query().catch(() => undefined);
      return all?.held?.some((lock) => lock.name === name) ?? false;
    },
    join(session) {
      const look = () => {
        const here = session.getState().kind === "in";
        if (here && !leave) enter();
        if (!here) {
          leave?.();
          leave = undefined;
        }
      };
      session.subscribe(look);
      look();
    },
  };
}
