// What a call looks like: the icon, the colour and the controls that go with its words.
import {
  IconAlertTriangle,
  IconAntennaBars3,
  IconCircleCheck,
  IconInfoCircle,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneCalling,
  IconPhoneOff,
  IconPhoneX,
  IconVolumeOff,
  IconWifiOff,
} from "@tabler/icons-react";
import { isPatient, isVoicemail } from "../people";
import { say } from "../words";
import { mayPass } from "./again";
import type { CallState, Outcome, Quality, SoftphoneState, Target, Trouble } from "./state";
import { isLive } from "./transitions";
import { troubleHeading } from "./troubles";
import { type Tone as SaidTone, words } from "./words";

export type Kind =
  | "ready"
  | "asking"
  | "preparing"
  | "ringing"
  | "connected"
  | "voicemail"
  | "muted"
  | Exclude<Quality, "good">
  | "reconnecting"
  | "offline"
  | "ended" // nobody has said yet how
  | Outcome
  | "trouble"
  /** The live call is another appointment's. */
  | "other"
  | "elsewhere"
  | "nobody";

export type Tone = SaidTone | "tint";

export interface Face {
  kind: Kind;
  tone: Tone;
  Icon: typeof IconPhone;
  heading: string;
  note: string;
  controls: "none" | "ask" | "call" | "cancel" | "talking" | "again" | "retry" | "check";
  /** Whether a timer belongs to it. */
  timed: boolean;
}

/** What the dock shows: the page's one call, whatever page it is; null while there is nothing to tell. */
export function dockFace(state: SoftphoneState, clock: (at: number) => string): Face | null {
  const { call, trouble } = state;
  if (isLive(call) || call?.phase === "asking") return callFace(call, clock, state.offline);
  if (trouble && trouble.kind !== "elsewhere") return troubleFace(trouble);
  // What is being written about an ended call stays, whatever another tab does.
  if (call?.phase === "ended") return callFace(call, clock);
  return state.elsewhere || trouble ? elsewhere() : null;
}

function troubleFace(trouble: Trouble): Face {
  const microphone = trouble.kind.startsWith("microphone-");
  return {
    kind: "trouble",
    tone: "danger",
    Icon: microphone ? IconMicrophoneOff : IconAlertTriangle,
    heading: troubleHeading(trouble.kind),
    note: trouble.sentence,
    // Trying again needs somebody to call; looking at the microphone does not.
    controls: !trouble.retry ? "none" : microphone ? "check" : trouble.target ? "retry" : "none",
    timed: false,
  };
}

export interface Here {
  appointment: string | undefined;
  target: Target | null;
  /** Who could be called. */
  choices: readonly Target[];
}

/** What an appointment says of calling before anybody does; its own call is told by the dock alone. */
export function startFace(state: SoftphoneState, here: Here): Face | null {
  const { call } = state;
  if (isLive(call)) return call.target.appointment === here.appointment ? null : other();
  if (state.elsewhere) return elsewhere();
  if (!here.target) return nobody(here.choices);
  const { heading, note, tone } = words(null, 0, { ...here, clock: () => "", microphone: state.microphone });
  return { kind: "ready", tone, Icon: IconPhone, heading, note, controls: "call", timed: false };
}

const notice = { tone: "warning", Icon: IconInfoCircle, controls: "none", timed: false } as const;

function other(): Face {
  return { ...notice, kind: "other", heading: say("calling:other.heading"), note: say("calling:other.note") };
}

function elsewhere(): Face {
  const [heading, note] = [say("calling:elsewhere.heading"), say("calling:elsewhere.note")];
  return { ...notice, kind: "elsewhere", heading, note };
}

/** One person at one number; several may share a number, and one extension is not another. */
export function sameTarget(a: Target, b: Target): boolean {
  return a.recipient === b.recipient && a.number === b.number && a.extension === b.extension;
}

function nobody(choices: readonly Target[]): Face {
  const some = choices.length > 0;
  const several = choices.some(({ recipient }) => isPatient(recipient));
  const why = several ? say("calling:choose.several") : say("calling:choose.relatedOnly");
  return {
    kind: "nobody",
    tone: "neutral",
    Icon: IconPhoneOff,
    heading: some ? say("calling:choose.heading") : say("calling:choose.noneHeading"),
    note: some ? why : say("calling:choose.none"),
    controls: "none",
    timed: false,
  };
}

/** A call by itself, whosever card it is on. */
export function callFace(call: CallState, clock: (at: number) => string, offline?: boolean): Face {
  const kind = offline && isLive(call) ? "offline" : kindOf(call);
  const { heading, note, tone } = words(call, 0, { clock, offline });
  return {
    kind,
    tone: kind === "ringing" || kind === "preparing" ? "tint" : tone,
    Icon: icons[kind] ?? IconPhoneX,
    heading,
    note,
    controls: controlsOf(kind === "offline" ? kindOf(call) : kind, call),
    timed: kind !== "preparing" && kind !== "asking",
  };
}

const icons: Partial<Record<Kind, typeof IconPhone>> = {
  asking: IconAlertTriangle,
  voicemail: IconAlertTriangle,
  preparing: IconPhone,
  ringing: IconPhoneCalling,
  connected: IconCircleCheck,
  muted: IconMicrophoneOff,
  weak: IconAntennaBars3,
  "no-sound": IconVolumeOff,
  "silent-microphone": IconMicrophoneOff,
  reconnecting: IconWifiOff,
  offline: IconWifiOff,
  ended: IconPhoneOff,
  completed: IconPhoneOff,
  cancelled: IconPhoneOff,
  failed: IconAlertTriangle,
  refused: IconAlertTriangle,
};

/** In the order of the words: silence matters more than being muted, and that more than a weak line. */
function kindOf(call: CallState): Kind {
  switch (call.phase) {
    case "connected":
      if (call.quality === "no-sound") return "no-sound";
      if (call.muted) return "muted";
      if (call.quality !== "good") return call.quality;
      return isVoicemail(call.answeredBy) ? "voicemail" : "connected";
    case "ended":
      return call.outcome ?? "ended";
    case "idle":
      return "ready";
  }
  return call.phase;
}

function controlsOf(kind: Kind, call: CallState): Face["controls"] {
  switch (kind) {
    case "asking":
      return "ask";
    case "preparing":
    case "ringing":
      return "cancel";
    case "connected":
    case "voicemail":
    case "muted":
    case "weak":
    case "no-sound":
    case "silent-microphone":
      return "talking";
    // Mute stays: with End call alone, a key meant for Mute would end the call when the connection is lost.
    case "reconnecting":
      return "talking";
    case "busy":
    case "no-answer":
    case "failed":
    case "refused":
      return mayPass(call) ? "retry" : "none";
  }
  return "again";
}
