// What a call is called: headings, notes, and the sentence for a screen
// reader. Pure, British English, and never a number. Whoever is called is called
// by their own name.
import { WORDS } from "../outcome";
import { householdOf, isVoicemail, opening, sentence, withRelation } from "../people";
import type { CallState, Doubt, SoftphoneState, Target } from "./state";

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
}

export function words(call: CallState | null, now: number, around: Surroundings): Words {
  switch (call?.phase) {
    case "asking":
      return asking(call);
    case "preparing":
      return said("Getting ready…", "Allow the microphone if your browser asks.", "neutral", "Getting ready to call");
    case "ringing": {
      const note = withExtension(`Ringing ${phoneOf(call.target)}`, call.target);
      const rings = said(
        WORDS.ringing.card,
        note,
        "neutral",
        withExtension(`Calling ${calleeOf(call.target)}`, call.target),
      );
      return { ...rings, timer: minutesAndSeconds(passed(call.ringingAt ?? call.startedAt, now)) };
    }
    case "connected":
      return { ...connected(call), ...timer(call, now) };
    case "reconnecting":
      return { ...reconnecting(call), ...timer(call, now) };
    case "ended":
      return ended(call, around);
  }
  return idle(around.microphone ?? "unknown", around.target);
}

/** "Anna Ellis (daughter)"; of somebody who has died it is the household that is called. */
export function calleeOf(target: Target): string {
  return withRelation(nameOf(target), target.relation);
}

function nameOf(target: Target): string {
  return hasDied(target) ? householdOf(target.name) : target.name;
}

export function hasDied({ doubts }: Target): boolean {
  return doubts?.includes("deceased") ?? false;
}

function phoneOf(target: Target): string {
  return hasDied(target) ? nameOf(target) : `${target.name}'s phone`;
}

/** What to ask for when somebody answers; none without an extension. */
export function extensionOf(target: Target): string | undefined {
  return target.extension ? `Ask for extension ${target.extension}.` : undefined;
}

function withExtension(note: string, target: Target): string {
  const ask = extensionOf(target);
  return ask ? `${note}. ${ask}` : note;
}

const off: Record<Exclude<Doubt, "deceased">, string> = {
  cancelled: "This appointment was cancelled",
  missed: "This appointment was missed",
  mistake: "This appointment was entered by mistake",
};

function asking({ target }: CallState): Words {
  const doubts = target.doubts ?? [];
  const why = doubts.flatMap((one) => (one === "deceased" ? [] : [off[one]])).join(". ");
  const [heading, note] = hasDied(target)
    ? [diedWords(target), `${why ? `${why}. ` : ""}Call the household?`]
    : [why, `Call ${calleeOf(target)} all the same?`];
  return said(heading, note, "warning", `${heading}. ${note}`);
}

function diedWords(target: Target): string {
  return `The record says ${target.name} has died`;
}

function said(heading: string, note: string, tone: Tone, spoken = heading): Words {
  return { heading, note, tone, spoken, alert: false };
}

function timer(call: CallState, now: number): { timer?: string } {
  return call.answeredAt === undefined ? {} : { timer: minutesAndSeconds(passed(call.answeredAt, now)) };
}

function idle(microphone: SoftphoneState["microphone"], target: Target | null | undefined): Words {
  if (target && hasDied(target)) return said("Ready to call", `${diedWords(target)}.`, "warning");
  const seen = `${target ? opening(target.name) : "Whoever you call"} sees the clinic's number.`;
  const note = [seen, ...(target ? [extensionOf(target)] : [])].filter(Boolean).join(" ");
  switch (microphone) {
    case "ok":
      return said("Ready to call", `Your microphone works. ${note}`, "neutral");
    case "asking":
      return said("Ready to call", "Allow the microphone if your browser asks.", "neutral");
    case "blocked":
      return said("Ready to call", `Your microphone cannot be used yet. ${note}`, "warning");
  }
  return said("Ready to call", note, "neutral");
}

function connected(call: CallState): Words {
  const sound = soundOf(call);
  const machine = machineWords(call.answeredBy);
  if (!machine) return sound;
  // What is amiss with the sound is said besides; that nobody listens comes first.
  const amiss = sound.tone === "good" ? "" : sound.spoken;
  const note = amiss ? sentence(amiss) : sound.note;
  return said(machine, note, "warning", amiss ? `${machine}. ${note}` : machine);
}

/** What a clinician must know of a machine that answered; none for a person. */
function machineWords(answeredBy: string | undefined): string | undefined {
  if (isVoicemail(answeredBy)) return WORDS["machine-answered"].card;
  return answeredBy === "fax" ? WORDS["fax-answered"].card : undefined;
}

function soundOf(call: CallState): Words {
  const name = opening(nameOf(call.target));
  if (call.quality === "no-sound") {
    const note = "No sound is getting through. Check your connection.";
    return said("Connected, no sound", note, "warning", "Connected. No sound is getting through");
  }
  if (call.muted) {
    return said("Connected, you are muted", `${name} cannot hear you`, "warning", "You are muted");
  }
  if (call.quality === "silent-microphone") {
    const note = "Check that your headset is on and not muted.";
    return said("We can't hear you", note, "warning", `We can't hear you. ${note}`);
  }
  if (call.quality === "weak") {
    const note = `${name} may hear gaps. Move closer to your router or use a cable.`;
    return said("Connected, weak connection", note, "warning", "Connected, weak connection");
  }
  return said(WORDS.answered.card, withExtension("Connection good", call.target), "good");
}

function reconnecting(call: CallState): Words {
  // Only the server knows whether the other side is still there.
  const somebody = `${opening(nameOf(call.target))} is still on the line.`;
  const still = machineWords(call.answeredBy) ? "The line is still open." : somebody;
  const there = call.memberStatus === "in-progress" ? ` ${still}` : "";
  return said("Reconnecting…", `Stay on this page.${there}`, "warning", "Connection lost. Reconnecting");
}

function ended(call: CallState, around: Surroundings): Words {
  if (call.declined) return missed(WORDS.declined.card, "The phone rang, and the call was declined.");
  switch (call.outcome) {
    case "completed":
      return completed(call, around);
    case "cancelled": {
      const by = call.endedBy === "you" ? "You ended the call" : "The call ended";
      const heading = WORDS["given-up"].card;
      return said(heading, `${by} before it was answered.`, "neutral", heading);
    }
    case "busy":
      return missed(WORDS.busy.card, `${opening(nameOf(call.target))} may be on another call.`);
    case "no-answer":
      return missed(WORDS["no-answer"].card, rang(call));
    case "refused":
      return failed(WORDS.refused.card, call.reason ?? nobodyCalled(call));
    case "failed":
      return failed(WORDS.failed.card, whyFailed(call));
  }
  // The server has not said yet how it ended, and the browser cannot know.
  return said(WORDS.ended.card, "Finding out how it ended…", "neutral");
}

function completed(call: CallState, around: Surroundings): Words {
  const at = call.endedAt === undefined ? "" : ` at ${around.clock(call.endedAt)}`;
  const them = call.endedBy === "them" && !machineWords(call.answeredBy) ? `Ended by ${nameOf(call.target)}` : "Ended";
  const by = call.endedBy === "you" ? "Ended by you" : them;
  const note = call.reason ? `${call.reason} ${by}${at}` : `${by}${at}`;
  const voicemail = isVoicemail(call.answeredBy);
  const heading = WORDS[voicemail ? "ended-with-machine" : "ended"].card;
  const tone = voicemail ? "warning" : "neutral";
  if (call.seconds === undefined) return said(heading, note, tone);
  const spoken = `Call ended after ${spokenDuration(call.seconds)}`;
  return {
    ...said(heading, note, tone, voicemail ? `${heading}. ${spoken}` : spoken),
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
  if (call.ringingAt === undefined || call.endedAt === undefined)
    return `${opening(nameOf(call.target))} did not answer.`;
  return `It rang for ${spokenDuration(passed(call.ringingAt, call.endedAt))}.`;
}

function whyFailed(call: CallState): string {
  const dialled = call.ringingAt !== undefined || !neverDialled.has(call.memberStatus ?? "requested");
  const known = call.reason && sentence(call.reason);
  const why = known ?? (dialled ? "Check the number and try again." : nobodyCalled(call));
  return call.callSid ? `${why} Reference ${call.callSid}` : why;
}

function nobodyCalled(call: CallState): string {
  return `No call was made to ${nameOf(call.target)}.`;
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
