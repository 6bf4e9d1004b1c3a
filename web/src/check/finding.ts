// What the check page found out, item by item. No React here: the report and the page are made of the same list.
import { say } from "./words";

/** "note" is a fact that is neither good nor bad. */
export type Verdict = "waiting" | "running" | "pass" | "warn" | "fail" | "note";

export type CheckId =
  | "browser"
  | "https"
  | "microphone"
  | "token"
  | "signalling"
  | "media"
  | "transport"
  | "turn"
  | "events"
  | "speaker";

export interface Finding {
  id: CheckId;
  name: string;
  verdict: Verdict;
  /** What was found. */
  says: string;
  /** What to do about it; left out when there is nothing to do. */
  todo?: string;
}

/** The checks in the order in which they are made. */
export const order: readonly CheckId[] = [
  "browser",
  "https",
  "microphone",
  "token",
  "signalling",
  "media",
  "transport",
  "turn",
  "events",
  "speaker",
];

export function verdictWords(verdict: Verdict): string {
  return say(`check:verdicts.${verdict}`);
}

export function waiting(): Finding[] {
  return order.map((id) => ({ id, name: say(`check:names.${id}`), verdict: "waiting", says: "" }));
}

export function found(id: CheckId, verdict: Verdict, says: string, todo?: string): Finding {
  return { id, name: say(`check:names.${id}`), verdict, says, ...(todo === undefined ? {} : { todo }) };
}

/** One sentence over all of them; undefined while any is still open. */
export function conclusion(findings: Finding[]): { verdict: Verdict; says: string } | undefined {
  if (findings.some((f) => f.verdict === "waiting" || f.verdict === "running")) return undefined;
  const failed = findings.filter((f) => f.verdict === "fail").length;
  if (failed > 0) {
    return { verdict: "fail", says: say("check:result.fail", { count: failed }) };
  }
  if (findings.some((f) => f.verdict === "warn")) {
    return { verdict: "warn", says: say("check:result.warn") };
  }
  return { verdict: "pass", says: say("check:result.pass") };
}
