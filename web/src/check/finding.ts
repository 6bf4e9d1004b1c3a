// What the check page found out, item by item. No React here: the report and the page are made of the same list.

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

export const names: Record<CheckId, string> = {
  browser: "Browser",
  https: "Secure page",
  microphone: "Microphone",
  token: "Permission to call",
  signalling: "Connection to the phone service",
  media: "Sound in both directions",
  transport: "Path of the sound",
  turn: "Relay (TURN)",
  events: "Live updates",
  speaker: "Speaker",
};

export const verdictWords: Record<Verdict, string> = {
  waiting: "Not checked yet",
  running: "Checking…",
  pass: "Works",
  warn: "Could be better",
  fail: "Does not work",
  note: "For information",
};

/** The checks in the order in which they are made. */
export const order = Object.keys(names) as CheckId[];

export function waiting(): Finding[] {
  return order.map((id) => ({ id, name: names[id], verdict: "waiting", says: "" }));
}

export function found(id: CheckId, verdict: Verdict, says: string, todo?: string): Finding {
  return { id, name: names[id], verdict, says, ...(todo === undefined ? {} : { todo }) };
}

/** One sentence over all of them; undefined while any is still open. */
export function conclusion(findings: Finding[]): { verdict: Verdict; says: string } | undefined {
  if (findings.some((f) => f.verdict === "waiting" || f.verdict === "running")) return undefined;
  const failed = findings.filter((f) => f.verdict === "fail").length;
  if (failed > 0) {
    return {
      verdict: "fail",
      says: `${failed === 1 ? "One thing does" : `${failed} things do`} not work. See below what to do.`,
    };
  }
  if (findings.some((f) => f.verdict === "warn")) {
    return { verdict: "warn", says: "You can make calls. Something could be better." };
  }
  return { verdict: "pass", says: "Everything works. You can make calls." };
}
