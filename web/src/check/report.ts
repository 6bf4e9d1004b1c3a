// The report that goes to IT. It must tell nothing of a person: no name, number, token, identity or device label, so
// it is made only of the findings' own words and of what is handed in here.
import { conclusion, type Finding, verdictWords } from "./finding";

export interface ReportFacts {
  /** Of the app. */
  version: string;
  at: Date;
  timeZone: string;
  /** Where the app was opened: scheme and host only. */
  origin: string;
}

export function reportText(findings: Finding[], facts: ReportFacts): string {
  const when = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone: facts.timeZone,
  }).format(facts.at);
  const lines = [
    "Call check",
    `Made ${when} (${facts.timeZone})`,
    `App ${facts.version} at ${facts.origin}`,
    `Result: ${conclusion(findings)?.says ?? "The check was not finished."}`,
    "",
  ];
  for (const { name, verdict, says, todo } of findings) {
    lines.push(`[${verdictWords[verdict]}] ${name}: ${says}`.trimEnd());
    if (todo) lines.push(`    What to do: ${todo}`);
  }
  lines.push("", "This report holds no names, phone numbers or passwords.", "");
  return lines.join("\n");
}

/** 2026-03-09 in the clinic's zone, so that two reports of a week are told apart. */
export function reportFileName(facts: Pick<ReportFacts, "at" | "timeZone">): string {
  const day = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone: facts.timeZone }).format(facts.at);
  return `call-check-${day}.txt`;
}
