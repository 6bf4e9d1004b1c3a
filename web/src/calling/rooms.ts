// A call that goes on in a room: what of it the call itself must know. Pure, as ./transitions.
import type { components } from "../api";
import { told } from "./endings";
import type { CallState, RoomSeen } from "./state";
import type { Line } from "./transitions";

type Participants = components["schemas"]["Participants"];

/** The room as a person in it sees it. */
export function roomOf({ room, participants }: Participants): RoomSeen {
  const others = participants.filter(({ self, state }) => !self && state === "connected");
  return {
    open: room === "open",
    others: others.length,
    held: others.filter(({ held }) => held).length,
    colleagues: others.filter(({ role }) => role === "clinician" || role === "second-clinician").length,
  };
}

/** Whether ending a call is asked about: others would be cut off by it, or somebody waits on hold. */
export function asksBeforeEnd({ room, phase }: CallState): boolean {
  if (!room?.open || (phase !== "connected" && phase !== "reconnecting")) return false;
  return room.others > 1 || room.held > 0;
}

/** The server tells of the room of a call. */
export function roomTold(line: Line, key: string, room: RoomSeen, at: number): Line {
  const { call, word } = line;
  if (!call || call.callSid !== key || same(call.room, room)) return line;
  const next = { ...line, call: { ...call, room } };
  // Nobody is asked any more about what cuts off nobody.
  if (call.asksToEnd && !asksBeforeEnd(next.call)) next.call.asksToEnd = false;
  return !room.open && word ? told(next, word, at) : next;
}

function same(a: RoomSeen | undefined, b: RoomSeen): boolean {
  return a?.open === b.open && a.others === b.others && a.held === b.held && a.colleagues === b.colleagues;
}
