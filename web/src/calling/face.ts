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
import type { CallState, Outcome, Quality, SoftphoneState, Target, Trouble, TroubleKind } from "./state";
import { isLive } from "./transitions";
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

export const inAnotherTab = "You are in a call in another tab";

export const troubleHeadings: Record<TroubleKind, string> = {
  token: "Not ready to call",
  placing: "The call was not placed",
  loading: "The call was not placed",
  elsewhere: inAnotherTab,
  "microphone-denied": "Microphone blocked",
  "microphone-dismissed": "Microphone not allowed yet",
  "microphone-missing": "No microphone found",
  "microphone-in-use": "Microphone in use",
  "microphone-blocked-by-system": "Microphone blocked by this computer",
  "insecure-page": "This page is not secure",
  "unsupported-browser": "This browser cannot make calls",
};

/** What the dock shows: the page's one call, whatever page it is; null while there is nothing to tell. */
export function dockFace(state: SoftphoneState, clock: (at: number) => string): Face | null {
  const { call, trouble } = state;
  if (isLive(call) || call?.phase === "asking") return callFace(call, clock);
  if (trouble && trouble.kind !== "elsewhere") return troubleFace(trouble);
  // What is being written about an ended call stays, whatever another tab does.
  if (call?.phase === "ended") return callFace(call, clock);
  return state.elsewhere || trouble ? elsewhere : null;
}

function troubleFace(trouble: Trouble): Face {
  const microphone = trouble.kind.startsWith("microphone-");
  return {
    kind: "trouble",
    tone: "danger",
    Icon: microphone ? IconMicrophoneOff : IconAlertTriangle,
    heading: troubleHeadings[trouble.kind],
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
  if (isLive(call)) return call.target.appointment === here.appointment ? null : other;
  if (state.elsewhere) return elsewhere;
  if (!here.target) return nobody(here.choices);
  const { heading, note, tone } = words(null, 0, { ...here, clock: () => "", microphone: state.microphone });
  return { kind: "ready", tone, Icon: IconPhone, heading, note, controls: "call", timed: false };
}

const notice = { tone: "warning", Icon: IconInfoCircle, controls: "none", timed: false } as const;

const other: Face = {
  ...notice,
  kind: "other",
  heading: "You are in a call for another appointment",
  note: "End that call before you start this one.",
};

const elsewhere: Face = {
  ...notice,
  kind: "elsewhere",
  heading: inAnotherTab,
  note: "End that call before you start one here.",
};

/** One person at one number; several may share a number, and one extension is not another. */
export function sameTarget(a: Target, b: Target): boolean {
  return a.recipient === b.recipient && a.number === b.number && a.extension === b.extension;
}

function nobody(choices: readonly Target[]): Face {
  const some = choices.length > 0;
  const several = choices.some(({ recipient }) => isPatient(recipient));
  const why = several ? "Several patients take part." : "The patient has no number of their own in the record.";
  return {
    kind: "nobody",
    tone: "neutral",
    Icon: IconPhoneOff,
    heading: some ? "Choose whom to call" : "No number to call",
    note: some ? why : "There is no phone number in the record.",
    controls: "none",
    timed: false,
  };
}

/** A call by itself, whosever card it is on. */
export function callFace(call: CallState, clock: (at: number) => string): Face {
  const kind = kindOf(call);
  const { heading, note, tone } = words(call, 0, { clock });
  return {
    kind,
    tone: kind === "ringing" || kind === "preparing" ? "tint" : tone,
    Icon: icons[kind] ?? IconPhoneX,
    heading,
    note,
    controls: controlsOf(kind),
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

function controlsOf(kind: Kind): Face["controls"] {
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
      return "retry";
  }
  return "again";
}
