// How a call ends: by the browser's guess first, then by the server's word. Pure, as ./transitions.
import { SIP_DECLINE, wasDeclined } from "../outcome";
import { failureWords, refusalWords } from "../told";
import type { LegEvent } from "./events";
import type { CallState, Outcome, ServerCall } from "./state";
import type { Line } from "./transitions";
import { concerns, doubtful } from "./whose";

export function sid(value: string | undefined): { callSid?: string } {
  return value ? { callSid: value } : {};
}

/** The browser's guess, until the server says how it really ended. */
export function closed(line: Line, call: CallState, event: Extract<LegEvent, { type: "closed" }>): Line {
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
  const over = { ...line, broken, call: next };
  // What the server said of the member while the others went on holds now.
  return line.word ? told(over, line.word, event.at) : over;
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

export function told(line: Line, said: ServerCall, at: number): Line {
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
  // The call's outcome is the member's; this leg stays with the others in the room.
  if (outcome && call.room?.open && call.phase !== "ended") return { ...line, word: said, call: known };
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
  const why = outcome === "failed" && said.failure ? failureWords(said.failure) : undefined;
  const reason = (said.refusal && refusalWords(said.refusal)) ?? (broke ? held : undefined) ?? why;
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
