// How a call goes on: pure, so that every path can be tried without a browser.

import { say } from "../words";
import { closed, sid, told } from "./endings";
import type { CallEvent, LegEvent } from "./events";
import { asksBeforeEnd, roomTold } from "./rooms";
import type { CallState, Phase, ServerCall, Target } from "./state";
import { cleared, mutedNow, noWarnings, raised, settle, type Warnings } from "./warnings";

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
  /** The server's word on the member's end, kept while the others go on in a room. */
  word?: ServerCall;
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
      return isLive(line.call) ? line : { ...emptied(line), attempt: event.attempt, call: placed(event) };
    case "ask":
      return isLive(line.call) ? line : { ...emptied(line), call: fresh("asking", event.target, event.at) };
    case "clear":
      return isLive(line.call) ? line : emptied(line);
    case "server":
      return told(line, event.call, event.at);
    case "room":
      return roomTold(line, event.call, event.room, event.at);
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

/** One that comes back into a call is on another leg of it: the call keeps its key. */
function placed({ target, join, at }: Extract<CallEvent, { type: "place" }>): CallState {
  const call = fresh("preparing", target, at);
  return join === undefined ? call : { ...call, callSid: join, rejoins: true };
}

function ofLeg(line: Line, call: CallState, event: LegEvent): Line {
  const to = (change: Partial<CallState>): Line => ({ ...line, call: { ...call, ...change } });
  const named = call.rejoins ? {} : sid("sid" in event ? event.sid : undefined);
  switch (event.type) {
    case "placed":
      return { ...line, placed: true };
    case "ringing":
      return to({
        ...named,
        ...(call.phase === "preparing" ? { phase: "ringing", ringingAt: event.at } : {}),
      });
    case "accepted":
      return to({ ...named, phase: "connected", answeredAt: call.answeredAt ?? event.at });
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
      return ending(line, call, event.how);
    case "staying":
      return to({ asksToEnd: false });
    case "hang-up":
      return to({ hangUp: event.state });
    case "closed":
      return closed(line, call, event);
    case "abandoned":
      return emptied(line);
    case "silence":
      return line;
  }
}

/** The first press asks, where others would be cut off or somebody is on hold; what is chosen then holds. */
function ending(line: Line, call: CallState, how: "all" | "leave" | undefined): Line {
  if (how === undefined && !call.asksToEnd && asksBeforeEnd(call)) {
    return { ...line, call: { ...call, asksToEnd: true } };
  }
  const { asksToEnd: _, ...rest } = call;
  return { ...line, ending: true, call: how === "leave" ? { ...rest, left: true } : rest };
}

/** What can still be said of a call that is over: the SDK tells of some breaks only after its end. */
function afterEnd(line: Line, call: CallState, event: LegEvent): Line {
  if (event.type === "hang-up") return { ...line, call: { ...call, hangUp: event.state } };
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
