// How it stands with recording a call: what is said of it, and what can be done. Pure.
import type { CallRecording, RecordingAct } from "../roomRoutes";
import { say } from "./words";

type Said = Pick<CallRecording, "mode" | "consent" | "state" | "pausedByHold" | "mayStart" | "refused">;

export type Offer = RecordingAct;

/** In the order in which they stand. */
export function offersOf(recording: Said): Offer[] {
  const { mode, state, consent, pausedByHold } = recording;
  const agreed = consent === "given" || consent === "announced";
  const withdraw: Offer[] = agreed ? ["withdraw"] : [];
  switch (state) {
    case "in-progress":
      return ["pause", "stop", ...withdraw];
    case "paused":
      return [...(pausedByHold || mode === "off" ? [] : (["resume"] as const)), "stop", ...withdraw];
    case "starting":
      return ["stop", ...withdraw];
  }
  return mode === "off" ? withdraw : ["start", ...withdraw]; // nothing is begun any more
}

/** Whether Record can be pressed; else `whyNot` says why. */
export function mayStart({ mayStart: may, refused }: Said): boolean {
  return may === true && refused === undefined;
}

/** Whether the person is asked first, whether the other has agreed: not again where they have said so. */
export function asksFirst({ mode, consent }: Said): boolean {
  return mode === "asked" && consent !== "given";
}

export function stateWords({ state }: Said): string {
  return say(`recording:state.${state}`);
}

/** What is read out: of one that stopped also why no other can be begun, since that is why it stopped by itself. */
export function newsWords(recording: Said): string {
  const { state, refused } = recording;
  const stopped = state === "stopped" || state === "completed";
  return stopped && refused ? `${stateWords(recording)}. ${refused}` : stateWords(recording);
}

/** `name`: of whoever was called. */
export function consentWords({ mode, consent, refused }: Said, name: string): string {
  if (consent === "none" && refused) return refused;
  switch (consent) {
    case "none":
      return mode === "asked"
        ? say("recording:consent.noneAsked", { name })
        : say("recording:consent.noneAnnounced", { name });
    case "not-asked":
      return say("recording:consent.not-asked");
  }
  return say(`recording:consent.${consent}`, { name });
}
