// What a call is called: headings, notes, and the sentence for a screen
// reader. Pure, British English, and never a number. Whoever is called is called
// by their own name.
import { opening, sentence } from "../people";
import { say } from "../words";
import { calleeOf, hasDied, nameOf } from "./callee";
import { minutesAndSeconds } from "./duration";
import { ended } from "./endedwords";
import { machineWords, type Surroundings, said, type Words } from "./said";
import type { CallState, SoftphoneState, Target } from "./state";

export { calleeOf, hasDied } from "./callee";
export type { Surroundings, Tone, Words } from "./said";

export function words(call: CallState | null, now: number, around: Surroundings): Words {
  switch (call?.phase) {
    case "asking":
      return asking(call);
    case "preparing":
      return around.offline ? offline(call) : preparing();
    case "ringing":
      return { ...(around.offline ? offline(call) : ringing(call)), ...timer(call.ringingAt ?? call.startedAt, now) };
    case "connected":
      return { ...(around.offline ? offline(call) : connected(call)), ...timer(call.answeredAt, now) };
    case "reconnecting":
      return { ...(around.offline ? offline(call) : reconnecting(call)), ...timer(call.answeredAt, now) };
    case "ended":
      return ended(call, around);
  }
  return idle(around.microphone ?? "unknown", around.target);
}

function withExtension(note: string, { extension }: Target): string {
  return extension ? say("calling:extension", { note, extension }) : note;
}

function timer(from: number | undefined, now: number): { timer?: string } {
  return from === undefined ? {} : { timer: minutesAndSeconds(Math.max(0, Math.floor((now - from) / 1000))) };
}

function asking({ target }: CallState): Words {
  const why = (target.doubts ?? []).flatMap((one) => (one === "deceased" ? [] : [say(`calling:asking.${one}`)]));
  const household = why[0] ? say("calling:asking.householdToo", { why: why[0] }) : say("calling:asking.household");
  const [heading, note] = hasDied(target)
    ? [say("calling:asking.died", { name: target.name }), household]
    : [why[0] ?? "", say("calling:asking.callee", { callee: calleeOf(target) })];
  return said(heading, note, "warning", say("calling:asking.spoken", { heading, note }));
}

function idle(microphone: SoftphoneState["microphone"], target: Target | null | undefined): Words {
  const heading = say("calling:idle.heading");
  if (target && hasDied(target)) return said(heading, say("calling:idle.died", { name: target.name }), "warning");
  const sees = target ? say("calling:idle.sees", { name: opening(target.name) }) : say("calling:idle.anybodySees");
  const extension = target?.extension;
  const note = extension ? say("calling:idle.extension", { note: sees, extension }) : sees;
  switch (microphone) {
    case "ok":
      return said(heading, say("calling:idle.ok", { note }), "neutral");
    case "asking":
      return said(heading, say("calling:idle.asking"), "neutral");
    case "blocked":
      return said(heading, say("calling:idle.blocked", { note }), "warning");
  }
  return said(heading, note, "neutral");
}

function preparing(): Words {
  const [heading, note] = [say("calling:preparing.heading"), say("calling:preparing.note")];
  return said(heading, note, "neutral", say("calling:preparing.spoken"));
}

function ringing({ target }: CallState): Words {
  const rings = hasDied(target)
    ? say("calling:ringing.household", { name: nameOf(target) })
    : say("calling:ringing.phone", { name: target.name });
  const spoken = say("calling:ringing.spoken", { callee: calleeOf(target) });
  return said(
    say("service:outcome.ringing.card"),
    withExtension(rings, target),
    "neutral",
    withExtension(spoken, target),
  );
}

/** Told by the browser at once; the SDK notices some seconds later. */
function offline(call: CallState): Words {
  const heading = say("calling:connected.offline");
  const there = call.phase !== "preparing" && call.memberStatus === "in-progress" && !machineWords(call.answeredBy);
  const note = there
    ? say("calling:connected.offlineStill", { name: opening(nameOf(call.target)) })
    : say("calling:connected.offlineNote");
  return said(heading, note, "danger", say("calling:asking.spoken", { heading, note }));
}

function connected(call: CallState): Words {
  const sound = soundOf(call);
  const machine = machineWords(call.answeredBy);
  if (!machine) return sound;
  // What is amiss with the sound is said besides; that nobody listens comes first.
  const amiss = sound.tone === "good" ? "" : sentence(sound.spoken);
  if (!amiss) return said(machine, sound.note, "warning", machine);
  return said(machine, amiss, "warning", say("calling:connected.machineAndSound", { machine, sound: amiss }));
}

function soundOf(call: CallState): Words {
  const name = opening(nameOf(call.target));
  if (call.quality === "no-sound") {
    const [heading, note] = [say("calling:connected.noSound"), say("calling:connected.noSoundNote")];
    return said(heading, note, "warning", say("calling:connected.noSoundSpoken"));
  }
  if (call.muted) {
    const note = say("calling:connected.mutedNote", { name });
    return said(say("calling:connected.muted"), note, "warning", say("calling:connected.mutedSpoken"));
  }
  if (call.quality === "silent-microphone") {
    const [heading, note] = [say("calling:connected.silent"), say("calling:connected.silentNote")];
    return said(heading, note, "warning", say("calling:connected.silentSpoken"));
  }
  if (call.quality === "weak") {
    return said(say("calling:connected.weak"), say("calling:connected.weakNote", { name }), "warning");
  }
  return said(say("service:outcome.answered.card"), withExtension(say("calling:connected.good"), call.target), "good");
}

function reconnecting(call: CallState): Words {
  const heading = say("calling:reconnecting.heading");
  return said(heading, stillThere(call), "warning", say("calling:reconnecting.spoken"));
}

/** Only the server knows whether the other side is still there. */
function stillThere(call: CallState): string {
  if (call.memberStatus !== "in-progress") return say("calling:reconnecting.note");
  if (machineWords(call.answeredBy)) return say("calling:reconnecting.stillOpen");
  return say("calling:reconnecting.still", { name: opening(nameOf(call.target)) });
}
