// What is said of a call that is over.
import { isVoicemail, opening, sentence } from "../people";
import { say } from "../words";
import { nameOf } from "./callee";
import { minutesAndSeconds, spokenDuration } from "./duration";
import { machineWords, type Surroundings, said, type Words } from "./said";
import type { CallState } from "./state";

export function ended(call: CallState, around: Surroundings): Words {
  if (call.declined) return missed(say("service:outcome.declined.card"), say("calling:ended.declined"));
  switch (call.outcome) {
    case "completed":
      return completed(call, around);
    case "cancelled": {
      const heading = say("service:outcome.given-up.card");
      const note = call.endedBy === "you" ? say("calling:ended.cancelledByYou") : say("calling:ended.cancelled");
      return said(heading, note, "neutral", heading);
    }
    case "busy":
      return missed(
        say("service:outcome.busy.card"),
        say("calling:ended.busy", { name: opening(nameOf(call.target)) }),
      );
    case "no-answer":
      return missed(say("service:outcome.no-answer.card"), rang(call));
    case "refused":
      return failed(say("service:outcome.refused.card"), call.reason ?? nobodyCalled(call));
    case "failed":
      return failed(say("service:outcome.failed.card"), whyFailed(call));
  }
  // The server has not said yet how it ended, and the browser cannot know.
  return said(say("service:outcome.ended.card"), say("calling:ended.findingOut"), "neutral");
}

function completed(call: CallState, around: Surroundings): Words {
  const by = endedBy(call, around);
  const note = call.reason ? say("calling:ended.reasonAnd", { reason: call.reason, note: by }) : by;
  const voicemail = isVoicemail(call.answeredBy);
  const heading = say(`service:outcome.${voicemail ? "ended-with-machine" : "ended"}.card`);
  const tone = voicemail ? "warning" : "neutral";
  if (call.seconds === undefined) return said(heading, note, tone);
  const duration = spokenDuration(call.seconds);
  const spoken = voicemail
    ? say("calling:ended.spokenMachine", { heading, duration })
    : say("calling:ended.spoken", { duration });
  return { ...said(heading, note, tone, spoken), timer: minutesAndSeconds(call.seconds) };
}

function endedBy(call: CallState, { clock }: Surroundings): string {
  const them = call.endedBy === "them" && !machineWords(call.answeredBy);
  const who = call.left ? "left" : call.endedBy === "you" ? "you" : them ? "them" : "plain";
  const name = nameOf(call.target);
  if (call.endedAt === undefined) return say(`calling:ended.${who}`, { name });
  return say(`calling:ended.${who}At`, { name, time: clock(call.endedAt) });
}

function missed(heading: string, note: string): Words {
  return said(heading, note, "warning");
}

function failed(heading: string, note: string): Words {
  return { ...said(heading, note, "danger", say("calling:ended.alert", { heading, note })), alert: true };
}

function rang(call: CallState): string {
  if (call.ringingAt === undefined || call.endedAt === undefined)
    return say("calling:ended.unanswered", { name: opening(nameOf(call.target)) });
  const seconds = Math.max(0, Math.floor((call.endedAt - call.ringingAt) / 1000));
  return say("calling:ended.rang", { duration: spokenDuration(seconds) });
}

function whyFailed(call: CallState): string {
  const dialled = call.ringingAt !== undefined || !neverDialled.has(call.memberStatus ?? "requested");
  const known = call.reason && sentence(call.reason);
  return known ?? (dialled ? say("calling:ended.checkNumber") : nobodyCalled(call));
}

function nobodyCalled(call: CallState): string {
  return say("calling:ended.nobodyCalled", { name: nameOf(call.target) });
}

const neverDialled = new Set(["refused", "requested", "queued"]);
