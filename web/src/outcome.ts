// How a call stands, or ended, as a person tells calls apart. The service decides it
// (summary.go), and outcome.test.ts holds this to its cases; what an outcome is called
// in each place is in the catalogue (service:outcome).
import type { Call } from "./backend";
import { isVoicemail } from "./people";
import service from "./words/en/service";

export type Outcome = keyof typeof service.outcome;

export const OUTCOMES = Object.keys(service.outcome) as Outcome[];

/** What an outcome is found by. */
export type Standing = Partial<Pick<Call, "status" | "answeredBy" | "endedBy" | "summary">>;

/** Whether the service found that whoever was called turned the call away: its word for that is no other's. */
export function wasDeclined({ summary }: Pick<Standing, "summary">): boolean {
  return summary === service.outcome.declined.summary;
}

const BEGINNINGS = {
  refused: "refused",
  requested: "requested",
  queued: "queued",
  initiated: "dialling",
  ringing: "ringing",
} as const;

export function outcomeOf(call: Standing): Outcome {
  switch (call.status) {
    case "refused":
    case "requested":
    case "queued":
    case "initiated":
    case "ringing":
      return BEGINNINGS[call.status];
    case "in-progress":
      if (isVoicemail(call.answeredBy)) return "machine-answered";
      if (call.answeredBy === "fax") return "fax-answered";
      return call.answeredBy === "human" ? "person-answered" : "answered";
    case "completed":
      if (isVoicemail(call.answeredBy)) return "ended-with-machine";
      if (call.answeredBy === "fax") return "ended-with-fax";
      return call.answeredBy === "human" ? "ended-with-person" : "ended";
    case "busy":
      return wasDeclined(call) ? "declined" : "busy";
    case "failed":
      return wasDeclined(call) ? "declined" : "failed";
    case "no-answer":
    case "canceled":
      if (wasDeclined(call)) return "declined";
      return call.status === "canceled" || call.endedBy === "clinician" ? "given-up" : "no-answer";
    default:
      return "unknown";
  }
}

/** RFC 3261, 21.6.2: whoever was called turned the call away. */
export const SIP_DECLINE = 603;
