// Locks the page when nobody has used any tab of the app for a while. A call is use: the
// page is not locked in one, nor at once after it. No React.
import type { Session } from "./contract";

export interface Idle {
  /** Whether the page is about to lock. */
  getState(): boolean;
  subscribe(listener: () => void): () => void;
}

export interface IdleDeps {
  /** 0: never. */
  minutes: number;
  session: Pick<Session, "getState" | "subscribe" | "lock">;
  calls: {
    /** In this tab or in another one. */
    going(): boolean;
    subscribe(listener: () => void): () => void;
  };
  /** All tabs': when any of them was last used. */
  shared: Pick<Storage, "getItem" | "setItem">;
  /** Where use is seen. */
  page: Pick<EventTarget, "addEventListener">;
  now?: () => number;
}

const USED = "careline.used";
/** So long before the page locks it says so (WCAG 2.2, 2.2.1: twenty seconds or more). */
export const NOTICE = 60_000;
/** Use is written down so often at most. */
const STEP = 1_000;
const USES = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"];
/** A tab that comes to the front after hours of sleep looks before it takes the first touch for use. */
const RETURNS = ["visibilitychange", "focus", "pageshow", "storage"];

export function createIdle(deps: IdleDeps): Idle {
  const now = deps.now ?? Date.now;
  const limit = deps.minutes * 60_000;
  const notice = Math.min(NOTICE, limit / 2);
  const listeners = new Set<() => void>();
  let soon = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let signedIn = false;
  let calling = false;

  /** Milliseconds until the page locks. */
  function left(): number {
    return Number(deps.shared.getItem(USED) ?? now()) + limit - now();
  }

  function say(next: boolean) {
    if (soon === next) return;
    soon = next;
    for (const listener of listeners) listener();
  }

  function used() {
    deps.shared.setItem(USED, String(now()));
    look();
  }

  /** Does what it is time for, and comes back when there is more to do. */
  function look() {
    clearTimeout(timer);
    if (!signedIn) {
      say(false);
      return;
    }
    if (calling && left() <= notice) {
      used();
      return;
    }
    const wait = left();
    if (wait <= 0) {
      deps.session.lock();
      return;
    }
    say(wait <= notice);
    timer = setTimeout(look, wait > notice ? wait - notice : wait);
  }

  function touched() {
    if (!signedIn) return;
    const wait = left();
    if (wait <= 0) look();
    else if (wait <= limit - STEP) used();
  }

  function sessionChanged() {
    const before = signedIn;
    signedIn = deps.session.getState().kind === "in";
    if (signedIn && !before) used();
    else if (!signedIn) look();
  }

  function callChanged() {
    const before = calling;
    calling = deps.calls.going();
    if (before !== calling && signedIn) used();
  }

  if (deps.minutes > 0) {
    for (const name of USES) deps.page.addEventListener(name, touched, { capture: true, passive: true });
    for (const name of RETURNS) deps.page.addEventListener(name, look, { capture: true });
    calling = deps.calls.going();
    deps.calls.subscribe(callChanged);
    // A page that is loaded anew, or that the browser brings back the next day, has its tokens already.
    signedIn = deps.session.getState().kind === "in";
    deps.session.subscribe(sessionChanged);
    if (signedIn && left() > 0) used();
    else look();
  }

  return {
    getState: () => soon,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
