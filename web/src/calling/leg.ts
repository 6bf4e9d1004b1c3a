// Follows one call of the SDK: its events, and the death that it does not tell.
import { say } from "../words";
import type { Clock, Timer } from "./clock";
import type { Listener, SdkCall, SdkError } from "./sdk";
import type { Outcome } from "./state";
import type { LegEvent } from "./transitions";

/** How often a call is looked at that may have died silently. */
const lookEvery = 2_000;

export interface LegDeps {
  clock: Clock;
  /** Called for each thing that happens, until the leg is let go of. */
  tell(event: LegEvent): void;
  /** The SDK left the call dead without a word: its socket was lost before the call was answered. */
  died(): void;
  /** The call or its microphone failed; a break is told by `closed` besides. */
  failed(error: SdkError): void;
  volume(input: number, output: number): void;
}

/** Starts to follow a call. Returns the function that ends it. */
export function followLeg(call: SdkCall, { clock, tell, died, failed, volume }: LegDeps): () => void {
  let watch: Timer | undefined;
  let afterError: Timer | undefined;
  let over = false;
  let answered = false;
  const at = () => clock.now();
  const callSid = () => call.parameters.CallSid;
  let pending: SdkError | undefined;
  const closed = (error: SdkError | undefined) => {
    over = true;
    clock.clearTimeout(watch);
    tell({ type: "closed", at: at(), reason: whyBroken(error), outcome: outcomeOf(error) });
  };
  const look = () => {
    clock.clearTimeout(watch);
    if (over) return;
    if (call.status() !== "closed") {
      watch = clock.setTimeout(look, lookEvery);
      return;
    }
    over = true;
    died();
  };
  const accepted = () => {
    answered = true;
    tell({ type: "accepted", sid: callSid(), at: at() });
  };
  const soon = () => {
    clock.clearTimeout(watch);
    if (!over) watch = clock.setTimeout(look, 0);
  };
  const listeners: [string, Listener][] = [
    ["ringing", () => tell({ type: "ringing", sid: callSid(), at: at() })],
    ["accept", () => accepted()],
    ["reconnecting", () => tell({ type: "reconnecting", at: at() })],
    ["reconnected", () => tell({ type: "reconnected", at: at() })],
    ["mute", (muted: boolean) => tell({ type: "muted", muted, at: at() })],
    ["warning", (name: string) => tell({ type: "warning", name, raised: true, at: at() })],
    ["warning-cleared", (name: string) => tell({ type: "warning", name, raised: false, at: at() })],
    ["volume", (input: number, output: number) => volume(input, output)],
    ["disconnect", () => closed(pending)],
    ["cancel", () => closed(pending)],
    ["reject", () => closed(pending)],
    // The SDK sets the call's status only after this event.
    ["transportClose", () => soon()],
    ["error", (error: SdkError) => errorOf(error)],
  ];
  // The gateway's errors come just before `disconnect`; a lost microphone or lost sound just after it.
  // An error alone ends a call that was not answered yet, for the SDK would leave it hanging (an answer it cannot
  // read); later it ends nothing (a key that could not be sent).
  const errorOf = (error: SdkError) => {
    failed(error);
    if (over) return closed(error);
    pending = error;
    clock.clearTimeout(afterError);
    afterError = clock.setTimeout(() => {
      if (!over && !answered) call.disconnect();
      pending = undefined;
    }, 0);
  };
  for (const [event, listener] of listeners) call.on(event, listener);
  watch = clock.setTimeout(look, lookEvery);
  return () => {
    over = true;
    clock.clearTimeout(watch);
    clock.clearTimeout(afterError);
    for (const [event, listener] of listeners) call.removeListener(event, listener);
  };
}

/** Twilio's error codes that follow SIP responses: 486 and 603, 480. */
function outcomeOf(error: SdkError | undefined): Outcome | undefined {
  if (error?.code === 31486 || error?.code === 31603) return "busy";
  return error?.code === 31480 ? "no-answer" : undefined;
}

/** A sentence when the leg broke; undefined when it just ended. */
function whyBroken(error: SdkError | undefined): string | undefined {
  if (!error || outcomeOf(error)) return undefined;
  switch (error.code) {
    case 31404:
      return say("calling:ended.numberNotReached");
    case 31209: // the gateway forgot the call while signalling was away
    case 53405: // the sound did not come back
      return say("calling:ended.connectionLost");
  }
  return say("calling:ended.notConnected");
}

/** For a call that the SDK left dead: its microphone would stay open. */
export function silenceLeg(call: SdkCall): void {
  for (const stream of [call.getLocalStream(), call.getRemoteStream()]) {
    for (const track of stream?.getTracks() ?? []) track.stop();
  }
}
