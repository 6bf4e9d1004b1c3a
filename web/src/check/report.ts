// The report that goes to IT. It must tell nothing of a person: no name, number, token, identity or device label, so
// it is made only of the findings' own words and of what is handed in here.
import { localeOf } from "../words";
import { conclusion, type Finding, verdictWords } from "./finding";
import { say } from "./words";

export interface ReportFacts {
  /** Of the app. */
  version: string;
  at: Date;
  timeZone: string;
  /** BCP 47, of the clinic. */
  language: string;
  /** Where the app was opened: scheme and host only. */
  origin: string;
}

export function reportText(findings: Finding[], facts: ReportFacts): string {
  const { version, origin, timeZone: zone } = facts;
  const when = new Intl.DateTimeFormat(localeOf(facts.language), {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: zone,
  }).format(facts.at);
  const lines = [
    say("check:report.title"),
    say("check:report.made", { when, zone }),
    say("check:report.app", { version, origin }),
    say("check:report.result", { says: conclusion(findings)?.says ?? say("check:unfinished") }),
    "",
  ];
  for (const { name, verdict, says, todo } of findings) {
    lines.push(say("check:report.line", { verdict: verdictWords(verdict), name, says }).trimEnd());
    if (todo) lines.push(`    ${say("check:report.todo", { todo })}`);
  }
  lines.push("", say("check:report.end"), "");
  return lines.join("\n");
}

/** 2026-03-09 in the clinic's zone, so that two reports of a week are told apart. */
export function reportFileName(facts: Pick<ReportFacts, "at" | "timeZone">): string {
  const day = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: facts.timeZone }).format(facts.at);
  return say("check:report.file", { day });
}
