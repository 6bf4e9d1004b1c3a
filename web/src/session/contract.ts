// What a session can be asked, and what it needs to know of its page.
import type { Storing } from "./kept";
import type { Provider } from "./provider";

export type SessionState =
  | { kind: "out"; note?: string }
  /** A sign-in is being finished, or tried without asking the person. */
  | { kind: "arriving" }
  | { kind: "in"; name: string }
  /** Nobody used the page for a while: nothing of it is shown until the person is back, and then all of it. */
  | { kind: "locked"; name: string; note?: string }
  /** The session ended by itself. What is on the screen, a call above all, stays. */
  | { kind: "lost"; name: string; note: string }
  /** Lost, and somebody else signed in beside the page. What is on it is the first one's, and stays theirs. */
  | { kind: "other"; name: string; note: string };

export interface Session {
  getState(): SessionState;
  subscribe(listener: () => void): () => void;
  /** A token with some life left. Rejects with a SignInError. */
  token(): Promise<string>;
  /** The service refused this token: another one, or null when the session is over. */
  replace(refused: string): Promise<string | null>;
  /** The service does not take this token either, fresh as it is: the session is over. */
  refused(fresh: string): void;
  /** In the state "other": begins the page anew, for the person who signed in. */
  handOver(): void;
  /** Leaves the page for the provider's. */
  signIn(returnTo: string): Promise<void>;
  /** The same without asking, where the person is signed in in another tab. Does nothing where they must be asked. */
  signInSilently(returnTo: string): Promise<void>;
  /** The same in a window of its own, so that this page, and its call, goes on. A locked page asks the person. */
  signInBeside(): Promise<void>;
  /** At the redirect address: resolves to where to go on. */
  arrive(answer: URLSearchParams): Promise<string>;
  /** Forgets the session but not whose page this is. */
  lock(): void;
  signOut(): Promise<void>;
  close(): void;
}

export interface SessionDeps {
  provider: Provider;
  /** The tab's own: another tab signs in for itself, and closing the tab forgets. */
  storage: Storing;
  /** All tabs'. Holds nothing of a session. */
  shared: Storing;
  go(address: string): void;
  /** Where the page begins: below this tab's own origin. */
  home: string;
  openWindow(address: string): boolean;
  channel: Pick<BroadcastChannel, "postMessage" | "addEventListener" | "close">;
  /** Why the person has to sign in, if there is a reason. */
  note?: string;
  now?: () => number;
}
