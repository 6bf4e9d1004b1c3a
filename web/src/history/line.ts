// A call in one line: "Spoke, 12 min, 10:20".
import type { Appointment, RecordedCall } from "../backend";
import type { ClinicTime } from "../clinictime";
import { outcomeOf } from "../outcome";
import { reachedBy } from "../reached";
import { patientsOf } from "../today/day";
import { failureWords, refusalWords } from "../told";
import { say } from "../words";
import { briefly, callWords } from "./callwords";
import { calledWords } from "./whom";
import { type Entry, endingOf, outcomeIn, type Tone, type Whom } from "./words";

export interface Line {
  text: string;
  tone: Tone;
}

export function lineOf(entry: Entry, time: ClinicTime, now: number): Line {
  const { call, note } = entry;
  const { text, tone } = callWords({ ...call, ...endingOf(entry), ...(note ? { note } : {}) });
  const line = say("history:line.at", { what: text, when: whenOf(entry, time, now) });
  return { text: more(entry, line), tone };
}

/** With why it came to nothing, and for how long it rang. */
function more(entry: Entry, line: string): string {
  const { call, recorded } = entry;
  switch (outcomeIn(call, endingOf(entry))) {
    case "refused":
      return say("history:line.why", { line, why: refusalWords(call.refusal) });
    case "failed":
      return call.failure ? say("history:line.why", { line, why: failureWords(call.failure) }) : line;
    case "no-answer": {
      const rang = recorded && rangFor(recorded);
      return rang ? say("history:line.rang", { line, long: briefly(rang) }) : line;
    }
  }
  return line;
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

/** With whom it was, unless that is clear: the only patient. */
export function withWhom(appointment: Appointment, whom: Whom, ending: string | undefined): string | undefined {
  if (whom.patient && !whom.household && patientsOf(appointment).length < 2) return undefined;
  return calledWords(whom, ending) || undefined;
}

/**
 * How often somebody was tried in vain since they were last reached. What was never placed was no try, and a call that
 * goes on is none yet.
 *
 * @param entries newest first
 */
export function triesOf(entries: readonly Entry[]): number {
  const tries = entries
    .filter(({ call }) => outcomeOf(call) !== "refused")
    .map(({ call, note }) => reachedBy({ ...call, ...(note ? { note } : {}) }))
    .filter((reached) => reached !== "under-way");
  const last = tries.indexOf("reached");
  return last < 0 ? tries.length : last;
}
