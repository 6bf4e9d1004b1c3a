// A call of somebody else's that this person is asked to join: what of it is shown, and how it goes on. Pure.
import type { SoftphoneState } from "./state";
import { isLive } from "./transitions";

export interface Joined {
  /** The key of the call that is to be joined. */
  call: string;
  phase: "ringing" | "joining" | "connected" | "reconnecting" | "ended";
  /** Milliseconds since 1970. */
  since: number;
  answeredAt?: number;
  muted: boolean;
  /** Of one that is over. */
  end?: "gone" | "declined" | "left" | "over" | "lost";
}

/** Whether the person is in a call, their own or another's, or one is rung for them. */
export function inCall({ call, joined }: Pick<SoftphoneState, "call" | "joined">): boolean {
  return isLive(call) || isJoinedLive(joined ?? null);
}

export function isJoinedLive(joined: Joined | null): joined is Joined {
  return joined !== null && joined.phase !== "ended";
}
