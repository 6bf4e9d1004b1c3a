// What can go wrong before there is a call: each cause has its own sentence.
import { say } from "../words";
import type { Target, Trouble, TroubleKind } from "./state";

/** Where the same would only happen again: trying is not offered. */
const final = new Set<TroubleKind>(["insecure-page", "unsupported-browser", "not-allowed"]);

/** `target`: whose call it hindered. */
export function trouble(kind: TroubleKind, target?: Target): Trouble {
  const sentence = say(`calling:trouble.sentence.${kind}`);
  return { kind, sentence, retry: !final.has(kind), ...(target ? { target } : {}) };
}

export function troubleHeading(kind: TroubleKind): string {
  return say(`calling:trouble.heading.${kind}`);
}

/** The access token took too long to come. */
export class TokenLate extends Error {}

/**
 * A token that could not be had. The service's own sentence is believed; what it says no to (no role, no link to the
 * health record) is not met by trying again.
 */
export function tokenTrouble(error: unknown, target: Target): Trouble {
  const { code, sentence } = told(error);
  const known = trouble(kindOf(code), target);
  if (error instanceof TokenLate) return { ...known, sentence: say("calling:trouble.tokenLate") };
  return sentence ? { ...known, sentence } : known;
}

function told(error: unknown): { code?: string; sentence?: string } {
  if (typeof error !== "object" || error === null) return {};
  const { code, sentence } = error as { code?: unknown; sentence?: unknown };
  return {
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof sentence === "string" ? { sentence } : {}),
  };
}

function kindOf(code: string | undefined): TroubleKind {
  switch (code) {
    case "forbidden":
    case "invalid":
      return "not-allowed";
    case "session":
      return "signed-out";
  }
  return "token";
}
