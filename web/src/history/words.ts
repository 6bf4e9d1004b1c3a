// The record's words for a person (the wording of the design brief).
import { newest } from "../after/drafts";
import type { Call, Moment, Note, RecordedCall, Status } from "../backend";
import { duration } from "../clinictime";
import type { Told } from "../live/live";
import { type Outcome, outcomeOf, SIP_DECLINE } from "../outcome";
import { isVoicemail, opening, sentence } from "../people";
import { failureWords, refusalWords, unknownWords } from "../told";
import { say } from "../words";

export type Tone = "plain" | "active" | "good" | "warning" | "danger";

export interface Words {
  heading: string;
  note?: string;
  tone: Tone;
}

/** Who was called, as far as it is known. */
export interface Whom {
  name?: string;
  /** To the patient; none for a patient. */
  relation?: string;
  /** One of the appointment's patients. */
  patient: boolean;
  /** The patient had died: `name` is that of the household. */
  household?: boolean;
}

type Telling = Pick<Moment, "status" | "word" | "summary" | "durationSeconds" | "answeredBy">;

/** What is known of the call as a whole, and told with its end. */
export type Ending = Pick<Call, "refusal" | "failure" | "endedBy" | "answeredBy"> & {
  /** The phone rang before. */
  rang?: boolean;
};

export function wordsOf(told: Telling, whom: Whom, ending: Ending = {}): Words {
  const { answeredBy } = told;
  const outcome = outcomeIn(told, ending);
  const heading = outcome === "unknown" ? unknownWords(told) : say(`service:outcome.${outcome}.history`);
  switch (outcome) {
    case "refused":
      return { heading, note: refusalWords(ending.refusal), tone: "danger" };
    case "ringing":
      return { heading: ringing(whom), tone: "active" };
    case "answered":
    case "person-answered":
      // Told before it was found that nobody had.
      if (!answeredBy && machine(ending.answeredBy)) return { heading, tone: "plain" };
      return {
        heading: answered(whom),
        // Otherwise the version that brought the finding would read like the one before it.
        ...(outcome === "person-answered" ? { note: say("service:outcome.person-answered.summary") } : {}),
        tone: "good",
      };
    case "machine-answered":
    case "fax-answered":
    case "busy":
    case "declined":
    case "no-answer":
      return { heading, tone: "warning" };
    case "ended":
    case "ended-with-person":
    case "ended-with-machine":
    case "ended-with-fax":
      return completed(heading, told, whom, ending);
    case "failed": {
      const why = ending.failure && failureWords(ending.failure);
      return { heading, ...(why ? { note: sentence(why) } : {}), tone: "danger" };
    }
    default:
      return { heading, tone: "plain" };
  }
}

function completed(outcome: string, told: Telling, whom: Whom, { endedBy }: Ending): Words {
  const long = told.durationSeconds;
  const heading = long === undefined ? outcome : say("history:ended", { what: outcome, long: duration(long) });
  const notes = [
    ...(told.answeredBy === "fax" ? [say("service:outcome.fax-answered.history")] : []),
    ...(endedBy ? [endedBy === "member" ? endedByThem(told, whom) : say("history:endedByClinician")] : []),
  ];
  const tone = machine(told.answeredBy) ? "warning" : "plain";
  return { heading, ...(notes.length > 0 ? { note: notes.join(". ") } : {}), tone };
}

function endedByThem(told: Telling, { name, patient }: Whom): string {
  if (machine(told.answeredBy)) return say("history:endedByMachine");
  if (name) return say("history:endedBy", { name });
  return patient ? say("history:endedByPatient") : say("history:endedByCallee");
}

export function outcomeIn(told: Telling, { endedBy, rang, failure }: Ending): Outcome {
  const outcome = outcomeOf({ ...told, ...(endedBy ? { endedBy } : {}) });
  // The record of an older release did not say so: nobody whose phone rang is on another call.
  if (outcome === "busy" && (rang || failure?.sip === SIP_DECLINE)) return "declined";
  return outcome;
}

function machine(by: string | undefined): boolean {
  return isVoicemail(by) || by === "fax";
}

function ringing({ name, patient, household }: Whom): string {
  if (name && household) return say("history:ringingHousehold", { name });
  if (name) return say("history:ringingPhone", { name });
  return patient ? say("history:ringingPatient") : say("history:ringing");
}

function answered({ name, patient }: Whom): string {
  if (name) return say("history:answered", { name: opening(name) });
  return patient ? say("history:answeredPatient") : say("history:answeredSomebody");
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
  /** What the clinician said came of it; told live before the record has it. */
  note?: Partial<Note>;
}

/** The calls newest first; those that the record does not have yet are in their place. */
export function entriesOf(recorded: readonly RecordedCall[], live: readonly Told[]): Entry[] {
  const byKey = new Map(live.flatMap((told) => (told.call.key ? [[told.call.key, told] as const] : [])));
  const entries: Entry[] = recorded.map((one) => {
    const told = one.key === undefined ? undefined : byKey.get(one.key);
    if (one.key !== undefined) byKey.delete(one.key);
    const note = newest(one.note, told?.call.note);
    const entry: Entry = { id: one.key ?? one.id, call: one, recorded: one, ...(note ? { note } : {}) };
    return told && isBehind(one, told.call) ? { ...entry, call: { ...one, ...told.call }, pending: told } : entry;
  });
  const fresh = [...byKey].map(([id, told]): Entry => {
    const { note } = told.call;
    return { id, call: told.call, pending: told, ...(note ? { note } : {}) };
  });
  // Stable, so calls without a time keep the server's order.
  return [...fresh, ...entries].sort((a, b) => began(b) - began(a) || 0);
}

/** What goes with the end of an entry's call. */
export function endingOf({ call, recorded }: Entry): Ending {
  const rang = recorded?.timeline.some(({ status }) => status === "ringing") ?? false;
  return { ...call, rang };
}

function began(entry: Entry): number {
  const at = Date.parse(entry.call.sent ?? entry.recorded?.timeline[0]?.at ?? "");
  return Number.isNaN(at) ? (entry.pending?.at ?? 0) : at;
}
