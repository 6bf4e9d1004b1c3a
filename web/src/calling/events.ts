// What can happen to a call.
import type { Outcome, ServerCall, Target } from "./state";

/** What the browser's leg says of itself. `at` is milliseconds since 1970. */
export type LegEvent =
  | { type: "placed"; at: number }
  | { type: "ringing"; sid?: string | undefined; at: number }
  | { type: "accepted"; sid?: string | undefined; at: number }
  | { type: "reconnecting"; at: number }
  | { type: "reconnected"; at: number }
  | { type: "muted"; muted: boolean; at: number }
  | { type: "digit"; digit: string; at: number }
  | { type: "warning"; name: string; raised: boolean; at: number }
  | { type: "tick"; at: number }
  | { type: "ending"; at: number }
  /** The leg is over; with a reason: it broke. */
  | { type: "closed"; reason?: string | undefined; outcome?: Outcome | undefined; at: number }
  /** The server was given time to say how it ended, and did not. */
  | { type: "silence"; at: number }
  /** It never became a call: what hindered it is told elsewhere. */
  | { type: "abandoned"; at: number };

export type CallEvent =
  | { type: "place"; attempt: number; target: Target; at: number }
  /** The person wants to call, and is asked first. */
  | { type: "ask"; target: Target; at: number }
  | { type: "server"; call: ServerCall; at: number }
  | { type: "clear"; at: number }
  | (LegEvent & { attempt: number });
