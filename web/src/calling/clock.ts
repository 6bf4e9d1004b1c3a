// Time, handed in so that tests decide it.
export type Timer = ReturnType<typeof globalThis.setTimeout>;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  setTimeout(run: () => void, milliseconds: number): Timer;
  clearTimeout(timer: Timer | undefined): void;
}

/** Looks the functions up at each call, so that a test's fake timers take hold. */
export const realClock: Clock = {
  now: () => Date.now(),
  setTimeout: (run, milliseconds) => globalThis.setTimeout(run, milliseconds),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
};
