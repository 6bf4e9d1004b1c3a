// What a call was, in a few words: one wording, for its line in the history and for its row in the day.
import type { Call, ClinicianOutcome, Note } from "../backend";
import type { Outcome } from "../outcome";
import { unknownWords } from "../told";
import { say } from "../words";
import { type Ending, outcomeIn, type Tone } from "./words";

/** What of a call they are told by. */
export type Said = Ending &
  Pick<Call, "summary"> &
  Partial<Pick<Call, "status" | "durationSeconds">> & { note?: Partial<Note> };

export interface CallWords {
  /** "Spoke, 12 min" */
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

const NOTED: Record<Exclude<ClinicianOutcome, "other">, Tone> = {
  "spoke-with-patient": "good",
  "spoke-with-somebody-else": "plain",
  "left-message": "warning",
  "wrong-person-or-number": "warning",
  "not-reached": "warning",
};

/** What came of it is the clinician's to say; "Other" says less than what was seen. */
export function callWords(call: Said): CallWords {
  const { note, durationSeconds: long } = call;
  if (note?.outcome && note.outcome !== "other") {
    const spoke = note.outcome === "spoke-with-patient" || note.outcome === "spoke-with-somebody-else";
    return {
      text: lasted(say(`history:noted.${note.outcome}`), spoke ? long : undefined),
      tone: NOTED[note.outcome],
    };
  }

  const outcome = outcomeIn(call, call);
  const tone = TONE[outcome] ?? "plain";
  switch (outcome) {
    // Nobody has found out who, or what, had answered: "Spoke" would say more than is known.
    case "ended":
      return { text: lasted(say("history:line.answered"), long), tone };
    case "ended-with-person":
      return { text: lasted(say("history:noted.spoke-with-patient"), long), tone };
    case "given-up":
      return { text: say("service:outcome.given-up.history"), tone };
    case "unknown":
      return { text: unknownWords(call), tone };
  }
  return { text: say(`service:outcome.${outcome}.list`), tone };
}

function lasted(what: string, seconds: number | undefined): string {
  return seconds === undefined ? what : say("history:ended", { what, long: briefly(seconds) });
}

/** "12 min", "45 s": to the second it stands in the versions. */
export function briefly(seconds: number): string {
  if (seconds < 60) return say("history:seconds", { count: seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say("history:minutes", { count: minutes });
  return say("history:hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
