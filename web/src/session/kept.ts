// What of a session outlives the page: in the tab's own storage its tokens, and the sign-in
// that is under way; in the one that all tabs share only whether the person must be asked.
import type { Attempt, Tokens } from "./provider";

/** Key of the session in the tab's storage. */
export const TOKENS = "careline.session";
const ATTEMPT = "careline.sign-in";
/** Between a sign-out and the page after it: the provider sends the browser back. */
const LEFT = "careline.signed-out";
/** A page was locked or left: whoever signs in next is asked who they are. */
export const ASK = "careline.ask";

export type Storing = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function createKept(tab: Storing, shared: Storing) {
  function read<T>(key: string): T | null {
    try {
      return JSON.parse(tab.getItem(key) ?? "null") as T | null;
    } catch {
      return null; // not ours, or cut short: as if there were none
    }
  }

  function take(key: string): boolean {
    const there = tab.getItem(key) !== null;
    tab.removeItem(key);
    return there;
  }

  return {
    tokens: () => read<Tokens>(TOKENS),
    keep: (tokens: Tokens) => tab.setItem(TOKENS, JSON.stringify(tokens)),
    forget: () => tab.removeItem(TOKENS),
    begin: (attempt: Attempt) => tab.setItem(ATTEMPT, JSON.stringify(attempt)),
    /** A code is good for one use. */
    takeAttempt(): Attempt | null {
      const attempt = read<Attempt>(ATTEMPT);
      tab.removeItem(ATTEMPT);
      return attempt;
    },
    leave: () => tab.setItem(LEFT, ""),
    /** Whether this is the page that a sign-out led to; once. */
    takeLeft: () => take(LEFT),
    ask: () => shared.setItem(ASK, ""),
    mustAsk: () => shared.getItem(ASK) !== null,
    asked: () => shared.removeItem(ASK),
  };
}
