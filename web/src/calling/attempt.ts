// One call from the click to its end: whom, what the SDK gave, and what waits.
import type { Clock, Timer } from "./clock";
import type { Handset } from "./handset";
import type { SdkCall } from "./sdk";
import type { Target } from "./state";

export interface Attempt {
  readonly number: number;
  readonly target: Target;
  call?: SdkCall;
  /** Ends following the SDK's events. */
  unfollow?: () => void;
  /** The token was renewed once for this attempt: a second refusal is final. */
  renewed: boolean;
  /** No await of this attempt may go on. */
  over: boolean;
  timers: Set<Timer>;
  /** Keys pressed while others are being sent; undefined: none is. */
  waitingKeys?: string;
}

export function newAttempt(number: number, target: Target): Attempt {
  return { number, target, renewed: false, over: false, timers: new Set() };
}

/** Runs unless the attempt's timers are cleared before. */
export function later(attempt: Attempt, clock: Clock, milliseconds: number, run: () => void): void {
  const timer = clock.setTimeout(() => {
    attempt.timers.delete(timer);
    run();
  }, milliseconds);
  attempt.timers.add(timer);
}

/** Nothing of it goes on. */
export function dismiss(attempt: Attempt | null, clock: Clock, handset: Pick<Handset, "hangUp">): void {
  if (!attempt) return;
  attempt.over = true;
  clearTimers(attempt, clock);
  drop(attempt, handset);
}

export function clearTimers(attempt: Attempt, clock: Clock): void {
  for (const timer of attempt.timers) clock.clearTimeout(timer);
  attempt.timers.clear();
}

/** Lets go of the SDK's call and ends it if it lives. */
export function drop(attempt: Attempt, handset: Pick<Handset, "hangUp">): void {
  attempt.unfollow?.();
  handset.hangUp(attempt.call);
  delete attempt.unfollow;
  delete attempt.call;
}
