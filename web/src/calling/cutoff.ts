// A call that its page does not outlive: what is kept of it says afterwards that it was cut off, and lets it be made
// again. No name and no number is kept; both come from the record anew.
import { TAB } from "../session/tab";
import { sameTarget } from "./face";
import type { CallState, Softphone, Target } from "./state";
import { isLive } from "./transitions";

export interface CutOff {
  appointment: string;
  /** Of the call, once Twilio has named it. */
  key?: string;
  recipient: string;
  /** Which of the numbers of the recipient, counted from 0. */
  nth?: number;
}

const name = "careline.call";

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What was left of a call of this tab; a copied tab has the other one's storage, but never its name. */
export function recall(storage: Store): CutOff | null {
  try {
    const kept = JSON.parse(storage.getItem(name) ?? "null") as (CutOff & { tab?: string }) | null;
    if (!kept || (kept.tab ?? null) !== storage.getItem(TAB)) return null;
    const { tab: _, ...cut } = kept;
    return cut;
  } catch {
    return null;
  }
}

export function forget(storage: Store): void {
  try {
    storage.removeItem(name);
  } catch {
    // storage is shut off: nothing was kept
  }
}

/** Keeps the live call until it ends. `nthOf` counts among the numbers of the one who is called. */
export function keepCutOff(
  phone: Pick<Softphone, "getState" | "subscribe">,
  storage: Store,
  nthOf: (target: Target) => number | undefined,
): () => void {
  let kept = "";
  let leaving = false;
  const look = () => {
    const { call } = phone.getState();
    if (leaving) return;
    if (!isLive(call)) {
      if (kept) forget(storage);
      kept = "";
      return;
    }
    const next = JSON.stringify({ ...cutOffOf(call, nthOf), ...tabOf(storage) });
    if (next === kept) return;
    kept = next;
    try {
      storage.setItem(name, next);
    } catch {
      // storage is shut off: nobody is told afterwards
    }
  };
  // The SDK hangs up when its page goes away: that is no proper end. Told first, since it listens to the same event.
  const left = () => {
    leaving = true;
  };
  const back = () => {
    leaving = false;
    look();
  };
  addEventListener("pagehide", left, { capture: true });
  addEventListener("pageshow", back);
  look();
  const unsubscribe = phone.subscribe(look);
  return () => {
    unsubscribe();
    removeEventListener("pagehide", left, { capture: true });
    removeEventListener("pageshow", back);
  };
}

function cutOffOf({ target, callSid }: CallState, nthOf: (target: Target) => number | undefined): CutOff {
  const nth = nthOf(target);
  return {
    appointment: target.appointment,
    ...(callSid ? { key: callSid } : {}),
    recipient: target.recipient,
    ...(nth === undefined ? {} : { nth }),
  };
}

function tabOf(storage: Store): { tab?: string } {
  const tab = storage.getItem(TAB);
  return tab === null ? {} : { tab };
}

/** Which number of the recipient a target is. */
export function nthAmong(targets: readonly Target[], target: Target): number | undefined {
  const nth = targets
    .filter(({ recipient }) => recipient === target.recipient)
    .findIndex((one) => sameTarget(one, target));
  return nth < 0 ? undefined : nth;
}

export function targetOf({ recipient, nth }: CutOff, targets: readonly Target[]): Target | undefined {
  return nth === undefined ? undefined : targets.filter((one) => one.recipient === recipient)[nth];
}
