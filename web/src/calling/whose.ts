// Whose call the server speaks of. Before a call has a SID it is known by its
// appointment alone, and another of the same appointment may be meant.
import type { ServerCall } from "./state";
import type { Line } from "./transitions";

/**
 * The server's clock and the browser's may differ by this much when a call is
 * told by its appointment; calls known from before are left out by the caller.
 */
const clocksApart = 5 * 60_000;

/** A call without a SID takes words this long after its end; those that come later are of one from another tab. */
const wordsComeWithin = 60_000;

/** Whether the server speaks of this call. */
export function concerns(line: Line, call: ServerCall, at: number): boolean {
  const mine = line.call;
  if (!mine) return false;
  if (mine.callSid) return call.key === mine.callSid || call.clinicianLeg === mine.callSid;
  if (!line.placed || !call.appointment || call.appointment !== mine.target.appointment) return false;
  if (call.ending && call.ending !== mine.target.ending) return false;
  if (mine.endedAt !== undefined && at > mine.endedAt + wordsComeWithin) return false;
  return !call.sent || Date.parse(call.sent) >= mine.startedAt - clocksApart;
}

/** It concerns this call or a nameless one just before: until this one has a SID only a refusal, told at once, is sure. */
export function doubtful({ call, nameless }: Line, said: ServerCall): boolean {
  if (!call || call.callSid || nameless === undefined || said.status === "refused") return false;
  return call.startedAt - nameless < 2 * clocksApart;
}
