// Whether the same call can come about if it is made again.
import type { CallState } from "./state";

/** Refusals that pass by waiting; every other one stands until something is changed (access.go). */
const passing = new Set([
  "too-many-calls-in-a-short-time",
  "too-many-calls-at-once",
  "health-record-unavailable",
  "no-caller-id-available",
]);

/** SIP's answers for a number that is nobody's or not whole, and for one that wants no more calls (RFC 3261, 21.4–21.6). */
const nobodys = new Set([404, 410, 416, 484, 604]);

/** Whether the network said that the number is nobody's, or not whole. */
export function isNobodysNumber(sip: number | undefined): boolean {
  return sip !== undefined && nobodys.has(sip);
}

export function mayPass({ outcome, refusal, sip }: CallState): boolean {
  if (outcome === "refused") return refusal === undefined || passing.has(refusal);
  if (outcome === "failed") return !isNobodysNumber(sip);
  return true;
}

/** Nobody was spoken with: the person's other number is worth a try. */
export function cameToNothing({ phase, outcome, answeredBy }: CallState): boolean {
  if (phase !== "ended" || outcome === undefined || outcome === "cancelled") return false;
  return outcome !== "completed" || (answeredBy?.startsWith("machine") ?? false);
}
