// The record's words for a person (the wording of the design brief).
import type { Call, Moment, RecordedCall, Status } from "../backend";
import { duration } from "../clinictime";
import type { Told } from "../live/live";

export type Tone = "plain" | "active" | "good" | "warning" | "danger";

export interface Words {
  heading: string;
  note?: string;
  tone: Tone;
}

/** Whom the number belongs to, as far as its ending tells. */
export type Who = "patient" | "somebody";

type Telling = Pick<Moment, "status" | "word" | "summary" | "durationSeconds" | "answeredBy">;

export function wordsOf(told: Telling, who: Who, refusal?: Call["refusal"]): Words {
  switch (told.status) {
    case "refused":
      return { heading: "Call not placed", note: refusal?.sentence ?? told.summary, tone: "danger" };
    case "requested":
      return { heading: "Call started", tone: "plain" };
    case "queued":
      return { heading: "Waiting to be dialled", tone: "plain" };
    case "initiated":
      return { heading: "Dialling", tone: "plain" };
    case "ringing":
      return { heading: who === "patient" ? "Ringing the patient’s phone" : "Ringing", tone: "active" };
    case "in-progress":
      return {
        heading: answered(told.answeredBy, who),
        // Otherwise the version that brought the finding would read like the one before it.
        ...(told.answeredBy === "human" ? { note: "Answered by a person" } : {}),
        tone: "good",
      };
    case "completed":
      return {
        heading: told.durationSeconds === undefined ? "Call ended" : `Call ended, ${duration(told.durationSeconds)}`,
        ...(machine(told.answeredBy) ? { note: answered(told.answeredBy, who) } : {}),
        tone: "plain",
      };
    case "busy":
      return { heading: "Line busy", tone: "warning" };
    case "no-answer":
      return { heading: "No answer", tone: "warning" };
    case "failed":
      return { heading: "The call did not go through", tone: "danger" };
    case "canceled":
      return { heading: "Cancelled before answer", tone: "plain" };
    default:
      return { heading: told.summary, tone: "plain" };
  }
}

function machine(by: string | undefined): boolean {
  return by !== undefined && (by.startsWith("machine") || by === "fax");
}

function answered(by: string | undefined, who: Who): string {
  if (by?.startsWith("machine")) return "Voicemail answered";
  if (by === "fax") return "A fax machine answered";
  return who === "patient" ? "Patient answered" : "Call answered";
}

const ORDER: Record<Status, number> = {
  requested: 0,
  queued: 1,
  initiated: 2,
  ringing: 3,
  "in-progress": 4,
  refused: 5,
  completed: 5,
  busy: 5,
  failed: 5,
  "no-answer": 5,
  canceled: 5,
};

/** Whether a version tells a call's end, which nobody reported, from what Twilio itself keeps. */
export function isLookedUp(told: Pick<Moment, "status" | "reconciled">): boolean {
  return told.reconciled === true && told.status !== undefined && ORDER[told.status] === ORDER.completed;
}

/** Whether the record has yet to learn what the server told live. */
export function isBehind(recorded: Call | undefined, live: Call): boolean {
  if (!recorded) return true;
  if (live.final && !recorded.final) return true;
  if (!live.status || !recorded.status) return false;
  return ORDER[live.status] > ORDER[recorded.status];
}

/** A call of the history: from the record, from the live stream, or both. */
export interface Entry {
  /** The call's own id; stable from the first live event on. */
  id: string;
  call: Call;
  recorded?: RecordedCall;
  /** What the record does not have yet. */
  pending?: Told;
}

/** The calls newest first; those that the record does not have yet are in their place. */
export function entriesOf(recorded: readonly RecordedCall[], live: readonly Told[]): Entry[] {
  const byKey = new Map(live.flatMap((told) => (told.call.key ? [[told.call.key, told] as const] : [])));
  const entries: Entry[] = recorded.map((one) => {
    const told = one.key === undefined ? undefined : byKey.get(one.key);
    if (one.key !== undefined) byKey.delete(one.key);
    const entry: Entry = { id: one.key ?? one.id, call: one, recorded: one };
    return told && isBehind(one, told.call) ? { ...entry, call: { ...one, ...told.call }, pending: told } : entry;
  });
  const fresh = [...byKey].map(([id, told]): Entry => ({ id, call: told.call, pending: told }));
  // Stable, so calls without a time keep the server's order.
  return [...fresh, ...entries].sort((a, b) => began(b) - began(a) || 0);
}

function began(entry: Entry): number {
  const at = Date.parse(entry.call.sent ?? entry.recorded?.timeline[0]?.at ?? "");
  return Number.isNaN(at) ? (entry.pending?.at ?? 0) : at;
}
