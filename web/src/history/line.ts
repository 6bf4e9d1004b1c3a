// A call in one line: "Spoke, 12 min, 10:20".
import type { Appointment, RecordedCall } from "../backend";
import type { ClinicTime } from "../clinictime";
import { type Outcome, outcomeOf } from "../outcome";
import { patientsOf } from "../today/day";
import { failureWords, refusalWords, unknownWords } from "../told";
import { say } from "../words";
import { calledWords } from "./whom";
import { type Entry, endingOf, outcomeIn, type Tone, type Whom } from "./words";

export interface Line {
  text: string;
  tone: Tone;
}

const TONE: Partial<Record<Outcome, Tone>> = {
  refused: "danger",
  failed: "danger",
  requested: "active",
  queued: "active",
  dialling: "active",
  ringing: "active",
  answered: "good",
  "person-answered": "good",
  "machine-answered": "warning",
  "fax-answered": "warning",
  "ended-with-machine": "warning",
  "ended-with-fax": "warning",
  declined: "warning",
  busy: "warning",
  "no-answer": "warning",
};

export function lineOf(entry: Entry, time: ClinicTime, now: number): Line {
  const outcome = outcomeIn(entry.call, endingOf(entry));
  return { text: textOf(entry, outcome, whenOf(entry, time, now)), tone: TONE[outcome] ?? "plain" };
}

function textOf(entry: Entry, outcome: Outcome, when: string): string {
  const { call, recorded } = entry;
  const long = call.durationSeconds === undefined ? undefined : briefly(call.durationSeconds);
  switch (outcome) {
    case "refused":
      return say("history:line.refused", { when, why: refusalWords(call.refusal) });
    case "failed":
      return call.failure
        ? say("history:line.failedWhy", { when, why: failureWords(call.failure) })
        : say("history:line.failed", { when });
    case "requested":
    case "queued":
    case "dialling":
    case "ringing":
      return say("history:line.under", { when });
    case "answered":
    case "person-answered":
    case "fax-answered":
      return say("history:line.talking", { when });
    case "machine-answered":
      return say("history:line.voicemail", { when });
    // Nobody has found out who, or what, had answered: "Spoke" would say more than is known.
    case "ended":
      return long ? say("history:line.answeredFor", { long, when }) : say("history:line.answered", { when });
    case "ended-with-person":
      return long ? say("history:line.spokeFor", { long, when }) : say("history:line.spoke", { when });
    case "ended-with-machine":
      return say("history:line.message", { when });
    case "ended-with-fax":
      return say("history:line.fax", { when });
    case "declined":
      return say("history:line.declined", { when });
    case "busy":
      return say("history:line.busy", { when });
    case "no-answer": {
      const rang = recorded && rangFor(recorded);
      return rang
        ? say("history:line.noAnswerAfter", { when, long: briefly(rang) })
        : say("history:line.noAnswer", { when });
    }
    case "given-up":
      return say("history:line.cancelled", { when });
    case "unknown":
      return say("history:line.other", { what: unknownWords(call), when });
  }
}

/** When a call began, as far as anybody knows. */
export function beganAt({ call, recorded, pending }: Entry): string | number | undefined {
  return call.sent ?? recorded?.timeline[0]?.at ?? pending?.at;
}

function whenOf(entry: Entry, time: ClinicTime, now: number): string {
  const began = beganAt(entry);
  return began === undefined ? say("history:timeUnknown") : time.when(began, now);
}

/** For how many seconds the phone rang; none when that was not told. */
function rangFor({ timeline, ended }: RecordedCall): number | undefined {
  const from = timeline.find(({ status }) => status === "ringing")?.at;
  const to = ended ?? timeline.at(-1)?.at;
  const seconds = Math.round((Date.parse(to ?? "") - Date.parse(from ?? "")) / 1_000);
  return seconds > 0 ? seconds : undefined;
}

/** "12 min", "45 s": to the second it stands in the versions. */
export function briefly(seconds: number): string {
  if (seconds < 60) return say("history:seconds", { count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say("history:minutes", { count: minutes });
  return say("history:hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** With whom it was, unless that is clear: the only patient. */
export function withWhom(appointment: Appointment, whom: Whom, ending: string | undefined): string | undefined {
  if (whom.patient && !whom.household && patientsOf(appointment).length < 2) return undefined;
  return calledWords(whom, ending) || undefined;
}

/** How often somebody was called: what was never placed was no try. */
export function triesOf(entries: readonly Entry[]): number {
  return entries.filter(({ call }) => outcomeOf(call) !== "refused").length;
}
