// One call in a browser, however many tabs are open. A lock is held during a
// call; the browser frees it when its tab dies, so no tab is believed too long.
import type { Clock } from "./clock";

/** Of the lock and of the channel. */
export const lockName = "careline-call";
/** Another tab may hold the lock for an instant while it only looks. */
const takeWithin = 500;

export interface Tabs {
  /** Another tab is in a call. */
  elsewhere(): boolean;
  onChange(listener: () => void): () => void;
  /** Takes the browser's one call for this tab; false: another tab has it. */
  take(): Promise<boolean>;
  release(): void;
  close(): void;
}

export interface TabsDeps {
  locks?: Pick<LockManager, "request" | "query"> | undefined;
  channel?: BroadcastChannel | undefined;
  clock: Clock;
}

/** Where the browser has no locks every tab stands alone: it also cannot call, locks are older than what calls need. */
export function createTabs({ locks, channel, clock }: TabsDeps): Tabs {
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let elsewhere = false;
  let awaiting = false;
  let release: (() => void) | null = null;

  function set(next: boolean): void {
    if (next === elsewhere) return;
    elsewhere = next;
    for (const listener of listeners) listener();
  }

  async function look(): Promise<void> {
    if (!locks || release || closing.signal.aborted) return;
    const { held } = await locks.query().catch(() => ({ held: [] }));
    const other = held?.some(({ name, mode }) => name === lockName && mode === "exclusive") ?? false;
    if (release || closing.signal.aborted) return;
    set(other);
    if (other) void awaitEnd();
  }

  /** Shared, so that waiting tabs do not wait for each other. */
  async function awaitEnd(): Promise<void> {
    if (!locks || awaiting) return;
    awaiting = true;
    await locks.request(lockName, { mode: "shared", signal: closing.signal }, () => {}).catch(() => {});
    awaiting = false;
    if (!closing.signal.aborted) await look();
  }

  function take(): Promise<boolean> {
    if (!locks || release) return Promise.resolve(true);
    const waiting = new AbortController();
    const late = clock.setTimeout(() => waiting.abort(), takeWithin);
    return new Promise<boolean>((resolve) => {
      const held = () => {
        clock.clearTimeout(late);
        return new Promise<void>((end) => {
          release = end;
          channel?.postMessage("begun");
          resolve(true);
        });
      };
      locks.request(lockName, { signal: waiting.signal }, held).catch(() => {
        clock.clearTimeout(late);
        resolve(false);
        void look();
      });
    });
  }

  function giveBack(): void {
    release?.();
    release = null;
  }

  channel?.addEventListener("message", look);
  void look();

  return {
    elsewhere: () => elsewhere,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    take,
    release: giveBack,
    close() {
      giveBack();
      closing.abort();
      channel?.close();
      listeners.clear();
    },
  };
}
