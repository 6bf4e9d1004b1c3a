// Why a sign-in came to nothing, or a session to its end.
import { say } from "../words";

/**
 * "ended": only a new sign-in helps. "unreachable": the same may work later. "refused": the answer does not fit.
 * "asked": without asking the person it cannot be done.
 */
export class SignInError extends Error {
  constructor(
    readonly kind: "ended" | "unreachable" | "refused" | "cancelled" | "asked",
    readonly sentence: string,
  ) {
    super(sentence);
  }
}

export const unreachable = () => new SignInError("unreachable", say("session:trouble.unreachable"));
export const refused = () => new SignInError("refused", say("session:trouble.refused"));
export const ended = () => new SignInError("ended", say("session:trouble.ended"));
export const lost = () => new SignInError("ended", say("session:trouble.lost"));

export function isOver(error: unknown): boolean {
  return error instanceof SignInError && error.kind !== "unreachable";
}

export function sentenceOf(error: unknown): string {
  return error instanceof SignInError ? error.sentence : say("session:trouble.unknown");
}
