// What a call is called: headings, notes, and the sentence for a screen
// reader. Pure, British English, and never a number.
import type { CallState, SoftphoneState } from "./state";

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
}

export function words(call: CallState | null, now: number, around: Surroundings): Words {
  switch (call?.phase) {
    case "preparing":
      return said("Getting ready…", "Allow the microphone if your browser asks.", "neutral", "Getting ready to call");
    case "ringing": {
      const rings = said("Calling…", "Ringing the patient's phone", "neutral", `Calling ${call.target.name}`);
      return { ...rings, timer: minutesAndSeconds(passed(call.ringingAt ?? call.startedAt, now)) };
    }
    case "connected":
      return { ...connected(call), ...timer(call, now) };
    case "reconnecting":
      return { ...reconnecting(call), ...timer(call, now) };
    case "ended":
      return ended(call, around);
  }
  return idle(around.microphone ?? "unknown");
}

function said(heading: string, note: string, tone: Tone, spoken = heading): Words {
  return { heading, note, tone, spoken, alert: false };
}

function timer(call: CallState, now: number): { timer?: string } {
  return call.answeredAt === undefined ? {} : { timer: minutesAndSeconds(passed(call.answeredAt, now)) };
}

function idle(microphone: SoftphoneState["microphone"]): Words {
  const seen = "The patient sees the clinic's number.";
  switch (microphone) {
    case "ok":
      return said("Ready to call", `Your microphone works. ${seen}`, "neutral");
    case "asking":
      return said("Ready to call", "Allow the microphone if your browser asks.", "neutral");
    case "blocked":
      return said("Ready to call", `Your microphone cannot be used yet. ${seen}`, "warning");
  }
  return said("Ready to call", seen, "neutral");
}

function connected(call: CallState): Words {
  if (call.quality === "no-sound") {
    const note = "No sound is getting through. Check your connection.";
    return said("Connected, no sound", note, "warning", "Connected. No sound is getting through");
  }
  if (call.muted) {
    return said("Connected, you are muted", "The patient cannot hear you", "warning", "You are muted");
  }
  if (call.quality === "silent-microphone") {
    const note = "Check that your headset is on and not muted.";
    return said("We can't hear you", note, "warning", `We can't hear you. ${note}`);
  }
  if (call.quality === "weak") {
    const note = "The patient may hear gaps. Move closer to your router or use a cable.";
    return said("Connected, weak connection", note, "warning", "Connected, weak connection");
  }
  return said("Connected", "Connection good", "good");
}

function reconnecting(call: CallState): Words {
  // Only the server knows whether the patient is still there.
  const there = call.memberStatus === "in-progress" ? " The patient is still on the line." : "";
  return said("Reconnecting…", `Stay on this page.${there}`, "warning", "Connection lost. Reconnecting");
}

function ended(call: CallState, around: Surroundings): Words {
  switch (call.outcome) {
    case "completed":
      return completed(call, around);
    case "cancelled": {
      const note = "You ended the call before it was answered.";
      return said("Call cancelled", note, "neutral", "Call cancelled");
    }
    case "busy":
      return missed("Line busy", "The patient may be on another call.");
    case "no-answer":
      return missed("No answer", rang(call));
    case "refused":
      return failed("The call was not placed", call.reason ?? "No call was made to the patient.");
    case "failed":
      return failed("The call did not go through", whyFailed(call));
  }
  // The server has not said yet how it ended, and the browser cannot know.
  return said("Call ended", "Finding out how it ended…", "neutral");
}

function completed(call: CallState, around: Surroundings): Words {
  const at = call.endedAt === undefined ? "" : ` at ${around.clock(call.endedAt)}`;
  const by = call.endedBy === "you" ? "Ended by you" : call.endedBy === "patient" ? "Ended by the patient" : "Ended";
  const note = call.reason ? `${call.reason} ${by}${at}` : `${by}${at}`;
  if (call.seconds === undefined) return said("Call ended", note, "neutral");
  return {
    ...said("Call ended", note, "neutral", `Call ended after ${spokenDuration(call.seconds)}`),
    timer: minutesAndSeconds(call.seconds),
  };
}

function missed(heading: string, note: string): Words {
  return said(heading, note, "warning");
}

function failed(heading: string, note: string): Words {
  return { ...said(heading, note, "danger", `${heading}. ${note}`), alert: true };
}

function rang(call: CallState): string {
  if (call.ringingAt === undefined || call.endedAt === undefined) return "The patient did not answer.";
  return `It rang for ${spokenDuration(passed(call.ringingAt, call.endedAt))}.`;
}

function whyFailed(call: CallState): string {
  const dialled = call.ringingAt !== undefined || !neverDialled.has(call.memberStatus ?? "requested");
  const parts = [call.reason ?? (dialled ? "Check the number and try again." : "No call was made to the patient.")];
  if (call.callSid) parts.push(`Reference ${call.callSid}`);
  return parts.join(" ");
}

const neverDialled = new Set(["refused", "requested", "queued"]);

function passed(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / 1000));
}

/** "04:32"; from an hour on "1:04:32". */
export function minutesAndSeconds(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "6 minutes 3 seconds" */
export function spokenDuration(seconds: number): string {
  const unit = (n: number, name: string) => (n === 0 ? [] : [`${n} ${name}${n === 1 ? "" : "s"}`]);
  const parts = [
    ...unit(Math.floor(seconds / 3600), "hour"),
    ...unit(Math.floor(seconds / 60) % 60, "minute"),
    ...unit(seconds % 60, "second"),
  ];
  return parts.join(" ") || "0 seconds";
}
