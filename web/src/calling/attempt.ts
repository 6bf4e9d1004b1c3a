// One call from the click to its end: whom, what the SDK gave, and what waits.
import type { Clock, Timer } from "./clock";
import type { Handset } from "./handset";
import type { SdkCall } from "./sdk";
import type { Target } from "./state";

/** Milliseconds that an attempt waits. */
export const patience = {
  /** A call that was taken but neither rings nor fails by then is given up. */
  ring: 30_000,
  /** How long the server has to say how a call ended that was not answered. */
  word: 8_000,
  /** How long the browser's leg may outlive the end that the server told: it hears the same and hangs up. */
  leg: 2_000,
} as const;

export interface Attempt {
  readonly number: number;
  readonly target: Target;
  /** The person was asked about it, and said yes. */
  readonly confirmed: boolean;
  /** The key of the call that it comes back into. */
  readonly join?: string | undefined;
  call?: SdkCall;
  /** Lets the service's hang-up be. */
  unask?: () => void;
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

export function newAttempt(number: number, target: Target, how: { confirmed: boolean; join?: string }): Attempt {
  return { number, target, ...how, renewed: false, over: false, timers: new Set() };
}

/** What the service is told of the call, besides who calls (its webhook's form fields). */
export function paramsOf({ target, confirmed, join }: Attempt): Record<string, string> {
  const { number, appointment, recipient, doubts } = target;
  const household = confirmed && doubts?.includes("deceased");
  return {
    To: number,
    appointmentId: appointment,
    recipient,
    ...(join === undefined ? {} : { join }),
    ...(household ? { householdConfirmed: "true" } : {}),
  };
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
  attempt.unask?.();
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
