// How a call goes on: pure, so that every path can be tried without a browser.

import { SIP_DECLINE, wasDeclined } from "../outcome";
import { say } from "../words";
import type { CallEvent, LegEvent } from "./events";
import type { CallState, Outcome, Phase, ServerCall, Target } from "./state";
import { cleared, mutedNow, noWarnings, raised, settle, type Warnings } from "./warnings";
import { concerns, doubtful } from "./whose";

export type { CallEvent, LegEvent } from "./events";

/** The call and what is known of it beside what is shown. */
export interface Line {
  /** Number of the attempt; events of another one are stale. */
  attempt: number;
  call: CallState | null;
  /** The SDK took the call: from then on the server may speak of it. */
  placed: boolean;
  /** The person chose to cancel or end it. */
  ending: boolean;
  /** The browser's leg broke: nobody ended it. */
  broken: boolean;
  /** The server told how it ended; its word stands. */
  told: boolean;
  /** When the last call began that was placed and never got a SID: words about it may still come. */
  nameless?: number;
  warnings: Warnings;
}

export const idleLine: Line = {
  attempt: 0,
  call: null,
  placed: false,
  ending: false,
  broken: false,
  told: false,
  warnings: noWarnings,
};

export type LiveCall = CallState & { phase: Exclude<Phase, "idle" | "asking" | "ended"> };

export function isLive(call: CallState | null): call is LiveCall {
  return call !== null && call.phase !== "ended" && call.phase !== "idle" && call.phase !== "asking";
}

/** Whether the person is asked before such a call, each time anew. */
export function asksFirst(target: Target): boolean {
  return (target.doubts?.length ?? 0) > 0;
}

export function transition(line: Line, event: CallEvent): Line {
  switch (event.type) {
    case "place":
      return isLive(line.call)
        ? line
        : { ...emptied(line), attempt: event.attempt, call: fresh("preparing", event.target, event.at) };
    case "ask":
      return isLive(line.call) ? line : { ...emptied(line), call: fresh("asking", event.target, event.at) };
    case "clear":
      return isLive(line.call) ? line : emptied(line);
    case "server":
      return told(line, event.call, event.at);
  }
  // What is asked about is no call yet: the attempt is the one before it.
  if (event.attempt !== line.attempt || !line.call || line.call.phase === "asking") return line;
  if (line.call.phase === "ended") return afterEnd(line, line.call, event);
  return ofLeg(line, line.call, event);
}

function emptied(line: Line): Line {
  const nameless = line.call && line.placed && !line.call.callSid ? line.call.startedAt : line.nameless;
  return { ...idleLine, attempt: line.attempt, ...(nameless === undefined ? {} : { nameless }) };
}

function fresh(phase: Phase, target: Target, at: number): CallState {
  return { phase, target, startedAt: at, muted: false, quality: "good", digits: "" };
}

function ofLeg(line: Line, call: CallState, event: LegEvent): Line {
  const to = (change: Partial<CallState>): Line => ({ ...line, call: { ...call, ...change } });
  switch (event.type) {
    case "placed":
      return { ...line, placed: true };
    case "ringing":
      return to({
        ...sid(event.sid),
        ...(call.phase === "preparing" ? { phase: "ringing", ringingAt: event.at } : {}),
      });
    case "accepted":
      return to({ ...sid(event.sid), phase: "connected", answeredAt: call.answeredAt ?? event.at });
    case "reconnecting":
      return to({ phase: "reconnecting" });
    case "reconnected":
      return to({ phase: call.answeredAt === undefined ? "ringing" : "connected" });
    case "digit":
      return to({ digits: call.digits + event.digit });
    case "muted":
      return heard(to({ muted: event.muted }), mutedNow(line.warnings, event.muted, event.at));
    case "warning":
      return heard(line, (event.raised ? raised : cleared)(line.warnings, event.name, event.at));
    case "tick":
      return heard(line, settle(line.warnings, event.at));
    case "ending":
      return { ...line, ending: true };
    case "closed":
      return closed(line, call, event);
    case "abandoned":
      return emptied(line);
    case "silence":
      return line;
  }
}

/** What can still be said of a call that is over: the SDK tells of some breaks only after its end. */
function afterEnd(line: Line, call: CallState, event: LegEvent): Line {
  if (line.told) return line;
  if (event.type === "abandoned") return emptied(line);
  if (event.type === "closed" && event.reason)
    return closed(line, { ...call }, { ...event, at: call.endedAt ?? event.at });
  if (event.type === "silence" && !call.outcome) {
    // Whoever was told nothing knows nothing; and where the patient had answered, this leg only did not hear it.
    const known = call.memberStatus !== undefined && call.memberStatus !== "in-progress";
    return {
      ...line,
      call: {
        ...call,
        outcome: "failed",
        reason: known ? say("calling:ended.beforeAnswer") : say("calling:ended.notFoundOut"),
      },
    };
  }
  return line;
}

function heard(line: Line, warnings: Warnings): Line {
  if (warnings === line.warnings || !line.call) return line;
  return { ...line, warnings, call: { ...line.call, quality: warnings.shown } };
}

function sid(value: string | undefined): { callSid?: string } {
  return value ? { callSid: value } : {};
}

/** The browser's guess, until the server says how it really ended. */
function closed(line: Line, call: CallState, event: Extract<LegEvent, { type: "closed" }>): Line {
  const { endedBy: _by, reason: _reason, ...kept } = call;
  const broken = !line.ending && (event.reason !== undefined || lost(line, call));
  const answered = call.answeredAt !== undefined;
  const outcome = guess(line.ending, answered, event.outcome ?? (broken ? "failed" : undefined));
  const next: CallState = {
    ...kept,
    phase: "ended",
    endedAt: event.at,
    ...(answered ? { seconds: secondsBetween(call.answeredAt ?? event.at, event.at) } : {}),
    ...(outcome ? { outcome } : {}),
    ...(line.ending ? { endedBy: "you" as const } : {}),
    ...(broken && event.reason ? { reason: event.reason } : {}),
  };
  return { ...line, broken, call: next };
}

/** It ended while the connection was away: whose end it was cannot be known. */
function lost(line: Line, call: CallState): boolean {
  return call.phase === "reconnecting" || (call.phase === "ended" && line.broken);
}

function guess(ending: boolean, answered: boolean, known: Outcome | undefined): Outcome | undefined {
  if (answered) return "completed";
  return ending ? "cancelled" : known;
}

function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}

function told(line: Line, said: ServerCall, at: number): Line {
  const { call } = line;
  if (!call || !concerns(line, said, at) || doubtful(line, said)) return line;
  const known: CallState = {
    ...call,
    ...sid(call.callSid ?? said.key ?? said.clinicianLeg),
    ...(said.status ? { memberStatus: said.status } : {}),
    ...(said.status === "ringing" ? { rang: true } : {}),
    ...(said.answeredBy ? { answeredBy: said.answeredBy } : {}),
  };
  const outcome = outcomeTold(line, said);
  if (outcome) {
    const last = { ...line, told: true, broken: line.broken || (!line.ending && lost(line, call)) };
    return { ...last, call: endedByWord(last, known, said, outcome, at) };
  }
  if (line.told) return line; // an outcome is not taken back by a word that came late
  if (call.phase === "preparing" && said.status === "ringing") {
    return { ...line, call: { ...known, phase: "ringing", ringingAt: at } };
  }
  return { ...line, call: known };
}

function outcomeTold(line: Line, said: ServerCall): Outcome | undefined {
  switch (said.status) {
    case "completed":
    case "busy":
    case "failed":
    case "refused":
      return said.status;
    case "no-answer":
      return said.endedBy === "clinician" ? notWaited(line) : said.status;
    case "canceled":
      return notWaited(line);
  }
  return undefined;
}

/** The server sees only that the clinician's leg went away: that it broke is known here. */
function notWaited(line: Line): Outcome {
  return line.broken && !line.ending ? "failed" : "cancelled";
}

function endedByWord(line: Line, call: CallState, said: ServerCall, outcome: Outcome, at: number): CallState {
  const { endedBy: _by, reason: held, seconds: counted, ...kept } = call;
  const completed = outcome === "completed";
  const endedAt = call.endedAt ?? at;
  const own = call.answeredAt === undefined ? counted : secondsBetween(call.answeredAt, endedAt);
  const seconds = said.durationSeconds ?? own;
  const by = whoEnded(line, said);
  const broke = line.broken && !line.ending && (completed || outcome === "failed");
  const why = outcome === "failed" ? said.failure?.reason : undefined;
  const reason = said.refusal?.sentence ?? (broke ? held : undefined) ?? why;
  const declined = wasDeclined(said) || (outcome === "busy" && (call.rang || said.failure?.sip === SIP_DECLINE));
  return {
    ...kept,
    phase: "ended",
    outcome,
    endedAt,
    ...(completed && seconds !== undefined ? { seconds } : {}),
    ...(by && (completed || outcome === "cancelled") ? { endedBy: by } : {}),
    ...(declined ? { declined } : {}),
    ...(reason ? { reason } : {}),
    ...(said.refusal ? { refusal: said.refusal.code } : {}),
    ...(said.failure?.sip ? { sip: said.failure.sip } : {}),
  };
}

/** What the person pressed is known here; the other side is taken by the server's word alone: the carrier may end a call too. */
function whoEnded(line: Line, said: ServerCall): CallState["endedBy"] {
  if (line.ending) return "you";
  return said.endedBy === "member" ? "them" : undefined;
}
