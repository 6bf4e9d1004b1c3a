// What words about a call are made of.
import { isVoicemail } from "../people";
import { say } from "../words";
import type { SoftphoneState, Target } from "./state";

export type Tone = "neutral" | "good" | "warning" | "danger";

export interface Words {
  heading: string;
  /** "04:32": runs while the call lasts, stays when it has ended. Not to be announced. */
  timer?: string;
  note: string;
  tone: Tone;
  /** For the polite live region. It has no timer, so it changes only when the state does. */
  spoken: string;
  /** It did not come about: for role="alert" instead. */
  alert: boolean;
}

export interface Surroundings {
  /** A clock time where the clinic is: "09:18". */
  clock(at: number): string;
  /** Used when there is no call. */
  microphone?: SoftphoneState["microphone"];
  /** Whom a call would go to. */
  target?: Target | null;
  /** This computer has no network. */
  offline?: boolean | undefined;
}

export function said(heading: string, note: string, tone: Tone, spoken = heading): Words {
  return { heading, note, tone, spoken, alert: false };
}

/** What a clinician must know of a machine that answered; none for a person. */
export function machineWords(answeredBy: string | undefined): string | undefined {
  if (isVoicemail(answeredBy)) return say("service:outcome.machine-answered.card");
  return answeredBy === "fax" ? say("service:outcome.fax-answered.card") : undefined;
}
