// Has this page be rung when somebody asks its clinician to join a call. One page of a browser is the phone: the one
// that holds the lock; another takes its place when it goes. The service is told for as long as it can be rung.
import type { Clock, Timer } from "./clock";
import type { Handset } from "./handset";
import type { Tokens } from "./tokens";

/** How often the service is told, in milliseconds; after three it takes the page for gone. */
export const beat = 15_000;
const firstRetry = 2_000;
const longestRetry = 60_000;
const lockName = "careline-rings";

export interface ReceptionDeps {
  handset: Pick<Handset, "register" | "unregister">;
  tokens: Pick<Tokens, "get" | "forget" | "watch">;
  clock: Clock;
  locks?: Pick<LockManager, "request"> | undefined;
  /** Tells the service. */
  available(ready: boolean): Promise<void>;
}

export interface Reception {
  /** The Device can be rung, or cannot any more. */
  registered(on: boolean): void;
  /** Whether the page wants to be rung. */
  open(on: boolean): void;
  /** Whether its clinician could answer: nobody is rung who is on the telephone. */
  free(on: boolean): void;
}

export function createReception({ handset, tokens, clock, locks, available }: ReceptionDeps): Reception {
  let opened: AbortController | null = null;
  let letGo: (() => void) | null = null;
  let here = false;
  let unengaged = true;
  let told = false;
  let failures = 0;
  let retry: Timer | undefined;
  let next: Timer | undefined;

  const tell = (ready: boolean) => {
    told = ready;
    available(ready).catch(() => undefined); // said again in a moment; and three missed words say the same
  };

  function say(): void {
    clock.clearTimeout(next);
    if (!here || !letGo || !unengaged) return;
    tell(true);
    next = clock.setTimeout(say, beat);
  }

  function away(): void {
    clock.clearTimeout(next);
    if (told) tell(false);
  }

  async function register(): Promise<void> {
    again(); // also where the SDK never says a word: it waits for its socket for ever
    try {
      const token = await tokens.get();
      if (letGo) await handset.register(token);
    } catch {
      // tried again
    }
  }

  function again(): void {
    clock.clearTimeout(retry);
    if (!letGo) return;
    failures += 1;
    retry = clock.setTimeout(() => void register(), Math.min(longestRetry, firstRetry * 2 ** failures));
  }

  function held(): Promise<void> {
    return new Promise((end) => {
      letGo = end;
      tokens.watch(true, "rings");
      void register();
    });
  }

  function close(): void {
    opened?.abort();
    opened = null;
    clock.clearTimeout(retry);
    clock.clearTimeout(next);
    if (!letGo) return;
    letGo();
    letGo = null;
    tokens.watch(false, "rings");
    handset.unregister();
    if (told) tell(false);
  }

  return {
    registered(on) {
      here = on;
      if (!letGo) return;
      if (on) {
        failures = 0;
        clock.clearTimeout(retry);
        say();
        return;
      }
      away();
      again(); // after a break the SDK often comes back by itself; registering twice does no harm
    },
    free(on) {
      if (on === unengaged) return;
      unengaged = on;
      if (on) say();
      else away();
    },
    open(on) {
      if (on === (opened !== null)) return;
      if (!on) {
        close();
        return;
      }
      const mine = new AbortController();
      opened = mine;
      if (!locks) return void held();
      // Aborted while it waits: it is not wanted any more.
      locks
        .request(lockName, { signal: mine.signal }, () => (mine.signal.aborted ? undefined : held()))
        .catch(() => {});
    },
  };
}
