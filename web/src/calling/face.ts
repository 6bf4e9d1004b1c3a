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
import type { CallState, Outcome, Quality, SoftphoneState, Target, TroubleKind } from "./state";
import { isLive } from "./transitions";
import { type Tone as SaidTone, words } from "./words";

export type Kind =
  | "ready"
  | "preparing"
  | "ringing"
  | "connected"
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
  controls: "none" | "call" | "cancel" | "talking" | "again" | "retry" | "check";
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

export interface Here {
  appointment: string | undefined;
  target: Target | null;
  /** How many numbers could be called. */
  choices: number;
  clock(at: number): string;
}

/** What the card of one appointment shows. */
export function faceOf(state: SoftphoneState, here: Here): Face {
  const { call } = state;
  const live = isLive(call);
  const trouble = troubleOf(state, here.appointment);
  const mine = call !== null && call.target.appointment === here.appointment;
  if (live && mine) return callFace(call, here.clock);
  if (live)
    return {
      ...notice,
      kind: "other",
      heading: "You are in a call with another patient",
      note: "End that call before you start this one.",
    };
  if (state.elsewhere)
    return { ...notice, kind: "elsewhere", heading: inAnotherTab, note: "End that call before you start this one." };
  if (trouble) {
    const microphone = trouble.kind.startsWith("microphone-");
    return {
      kind: "trouble",
      tone: "danger",
      Icon: microphone ? IconMicrophoneOff : IconAlertTriangle,
      heading: troubleHeadings[trouble.kind],
      note: trouble.sentence,
      // Trying again needs somebody to call; looking at the microphone does not.
      controls: !trouble.retry ? "none" : microphone ? "check" : here.target ? "retry" : "none",
      timed: false,
    };
  }
  if (mine && call.phase === "ended") {
    const face = callFace(call, here.clock);
    return here.target && here.target.number !== call.target.number ? { ...face, controls: "call" } : face;
  }
  if (!here.target) return nobody(here.choices);
  const { heading, note, tone } = words(null, 0, { clock: here.clock, microphone: state.microphone });
  return { kind: "ready", tone, Icon: IconPhone, heading, note, controls: "call", timed: false };
}

/** What hindered the call of one appointment says nothing of another's. */
function troubleOf({ trouble }: SoftphoneState, appointment: string | undefined): SoftphoneState["trouble"] {
  return trouble?.appointment === undefined || trouble.appointment === appointment ? trouble : null;
}

const notice = { tone: "warning", Icon: IconInfoCircle, controls: "none", timed: false } as const;

function nobody(choices: number): Face {
  const some = choices > 0;
  return {
    kind: "nobody",
    tone: "neutral",
    Icon: IconPhoneOff,
    heading: some ? "Choose whom to call" : "No number to call",
    note: some ? "The patient has no number of their own in the record." : "There is no phone number in the record.",
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
    timed: kind !== "preparing",
  };
}

const icons: Partial<Record<Kind, typeof IconPhone>> = {
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
      return call.quality === "good" ? "connected" : call.quality;
    case "ended":
      return call.outcome ?? "ended";
    case "idle":
      return "ready";
  }
  return call.phase;
}

function controlsOf(kind: Kind): Face["controls"] {
  switch (kind) {
    case "preparing":
    case "ringing":
      return "cancel";
    case "connected":
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
