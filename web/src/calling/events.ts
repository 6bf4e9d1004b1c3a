// What can happen to a call.
import type { CallState, Outcome, RoomSeen, ServerCall, Target } from "./state";

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
  /** The person wants to end it; how, where there is a choice and they were asked. */
  | { type: "ending"; how?: "all" | "leave" | undefined; at: number }
  /** They were asked, and stay. */
  | { type: "staying"; at: number }
  /** What becomes of asking the service to end the call. */
  | { type: "hang-up"; state: NonNullable<CallState["hangUp"]>; at: number }
  /** The leg is over; with a reason: it broke. */
  | { type: "closed"; reason?: string | undefined; outcome?: Outcome | undefined; at: number }
  /** The server was given time to say how it ended, and did not. */
  | { type: "silence"; at: number }
  /** It never became a call: what hindered it is told elsewhere. */
  | { type: "abandoned"; at: number };

export type CallEvent =
  /** `join`: the key of the call that one comes back into. */
  | { type: "place"; attempt: number; target: Target; join?: string | undefined; at: number }
  /** The person wants to call, and is asked first. */
  | { type: "ask"; target: Target; at: number }
  | { type: "server"; call: ServerCall; at: number }
  | { type: "room"; call: string; room: RoomSeen; at: number }
  | { type: "clear"; at: number }
  | (LegEvent & { attempt: number });
