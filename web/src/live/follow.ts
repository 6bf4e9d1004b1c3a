// Keeps the event stream open for as long as it is wanted. EventSource cannot
// send the session, so the stream is read with fetch, and what EventSource does
// by itself (ids, coming back) is done here.
import { BackendError } from "../backend";
import { say } from "../words";
import { type ServerEvent, SseParser } from "./sse";

export interface FollowDeps {
  open(lastId: string, signal: AbortSignal): Promise<Response>;
  /** How far events were taken; kept up to date, so that a later follower of the same person goes on from there. */
  place: { lastId: string };
  event(event: ServerEvent): void;
  /** Told when something came over the stream, and when it has been away for longer than a blink, or for good reason. */
  health(now: Health): void;
  random?: () => number;
}

/** "unreachable": no request gets to the service. "lost": others may. */
export type Health = "live" | "lost" | "unreachable";

export interface Follower {
  /** Tries at once, if it is waiting. */
  nudge(): void;
  /** Takes the line for dead, and tries another at once. */
  redial(): void;
  stop(): void;
}

/** The server says something every 15 s; three missed words mean a dead line. */
export const SILENCE = 45_000;
/** Shorter breaks are nobody's business. */
export const BLINK = 4_000;
const LONGEST = 30_000;
/** A line that broke, not one that the server ended, is tried again so soon: whether one is offline is told within a second. */
const BROKEN = 500;

export function follow(deps: FollowDeps): Follower {
  const random = deps.random ?? Math.random;
  let stopped = false;
  let hurry = false;
  const { place } = deps;
  let first = 2_000;
  let failures = 0;
  let current: AbortController | undefined;
  let wake: (() => void) | undefined;
  let blink: ReturnType<typeof setTimeout> | undefined;
  let told: Health | undefined;

  function tell(now: Health) {
    clearTimeout(blink);
    blink = undefined;
    if (told === now || stopped) return;
    told = now;
    deps.health(now);
  }

  function missing(failure?: unknown) {
    if (failure instanceof BackendError && failure.code === "offline") tell("unreachable");
    else if (told === "unreachable") tell("lost");
    else if (blink === undefined && told !== "lost") blink = setTimeout(() => tell("lost"), BLINK);
  }

  /** Reads one stream to its end. */
  async function read(): Promise<void> {
    const controller = new AbortController();
    current = controller;
    let watchdog = setTimeout(() => controller.abort(), SILENCE);
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => controller.abort(), SILENCE);
    };
    try {
      const response = await deps.open(place.lastId, controller.signal);
      if (!response.body) throw new BackendError("unreadable", say("backend:noStream"));
      const parser = new SseParser(
        {
          retry: (wait) => {
            first = Math.min(Math.max(wait, 250), LONGEST);
          },
          event: (event) => {
            deps.event(event);
            place.lastId = event.id; // only after it was taken: a failure would have it told again
          },
        },
        place.lastId,
      );
      const text = response.body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
      const reader = text.getReader();
      controller.signal.addEventListener("abort", () => void reader.cancel().catch(() => undefined));
      while (true) {
        alive();
        const { done, value } = await reader.read();
        if (done || controller.signal.aborted) return;
        // An answer's head is not enough: a proxy may keep the rest to itself. The server says something at once.
        failures = 0;
        tell("live");
        parser.feed(value);
      }
    } finally {
      clearTimeout(watchdog);
      controller.abort();
    }
  }

  function pause(wait: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => wake?.(), wait);
      wake = () => {
        wake = undefined;
        hurry = false;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Full jitter between half and whole, so that many pages do not come back in one moment. */
  function backoff(error: unknown, broken: boolean): number {
    if (broken && failures === 1) return BROKEN * (0.5 + random() / 2);
    const asked = error instanceof BackendError ? (error.retryAfter ?? (error.passing ? 0 : LONGEST)) : 0;
    const wait = Math.min(first * 2 ** Math.max(0, failures - 1), LONGEST);
    return Math.max(asked, wait * (0.5 + random() / 2));
  }

  async function run() {
    missing();
    while (!stopped) {
      const begun = Date.now();
      let failure: unknown;
      try {
        await read();
      } catch (error) {
        failure = error;
      }
      if (stopped) return;
      if (failure instanceof BackendError && failure.code === "session") {
        tell("lost"); // signing in again begins a new follower
        return;
      }
      if (failure instanceof BackendError && failure.code === "invalid") place.lastId = ""; // begin anew
      missing(failure);
      // A stream that ended after a good while ended on purpose (the server
      // ends each after an hour): come back at once.
      if (failure === undefined && Date.now() - begun > LONGEST) continue;
      failures++;
      if (hurry) {
        hurry = false;
        continue;
      }
      await pause(backoff(failure, failure !== undefined && !(failure instanceof BackendError)));
    }
  }

  void run();
  return {
    nudge() {
      wake?.();
    },
    redial() {
      hurry = true;
      failures = 0;
      told = undefined; // what comes over the new line is news
      current?.abort();
      wake?.();
    },
    stop() {
      stopped = true;
      clearTimeout(blink);
      current?.abort();
      wake?.();
    },
  };
}
