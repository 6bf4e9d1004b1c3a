// Ends a call by the service where the browser's own hang-up cannot: without its socket the SDK sends none, and the
// patient would stay on the line until Twilio notices, some 15 to 30 s later.
import { BackendError } from "../backend";
import type { Clock, Timer } from "./clock";
import type { CallState } from "./state";

/** Milliseconds. */
export const hangUpPatience = {
  /** How long the server has to say that a call is over which was hung up here. */
  word: 5_000,
  /** Between two tries. */
  again: 2_000,
} as const;

/** After so many tries Twilio has noticed by itself. */
const TRIES = 12;

export interface HangUpDeps {
  clock: Clock;
  endCall(key: string, signal: AbortSignal): Promise<void>;
}

export interface HangUp {
  /**
   * Asks until it is done or in vain, or the server has told that it is over; `tell` hears each state once. Returns the
   * function that lets it be.
   */
  ask(key: string, isOver: () => boolean, tell: (state: NonNullable<CallState["hangUp"]>) => void): () => void;
}

export function createHangUp({ clock, endCall }: HangUpDeps): HangUp {
  return {
    ask(key, isOver, tell) {
      const stopping = new AbortController();
      let timer: Timer | undefined;
      let tries = 0;
      const once = async () => {
        tries += 1;
        const state = await endCall(key, stopping.signal).then(() => "done" as const, whatOf);
        if (stopping.signal.aborted) return;
        if (isOver()) return tell("done");
        if (state !== "again") return tell(state);
        if (tries >= TRIES) return tell("failed");
        timer = clock.setTimeout(() => void once(), hangUpPatience.again);
      };
      tell("asked");
      void once();
      return () => {
        stopping.abort();
        clock.clearTimeout(timer);
      };
    },
  };
}

function whatOf(error: unknown): "done" | "again" | "failed" {
  if (!(error instanceof BackendError)) return "failed";
  if (error.reason === "over") return "done"; // it had ended already
  return error.passing ? "again" : "failed";
}
