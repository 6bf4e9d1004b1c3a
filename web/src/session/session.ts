// The clinician's session in this tab: who is signed in, and a token that is
// fresh whenever one is asked for. No React.
import type { Session, SessionDeps, SessionState } from "./contract";
import { type Attempt, SignInError, type Tokens } from "./provider";

/** Key of the session in the tab's storage. */
export const TOKENS = "careline.session";
const ATTEMPT = "careline.sign-in";
/** Marks the state of a sign-in in a window of its own. */
export const BESIDE = "beside.";
/** So long before the end a token is replaced, or at half its life. */
const AHEAD = 60_000;
/** With less left than this, a token is not worth sending. */
const SPENT = 5_000;
const AGAIN = 10_000;
const LOST = "Your session has ended.";
const NOT_TAKEN =
  "The clinic’s service did not accept your session. If signing in again does not help, tell your IT team.";
const OTHER = "Somebody else has signed in. The page opens for them when your call has ended.";

export function createSession(deps: SessionDeps): Session {
  const now = deps.now ?? Date.now;
  const listeners = new Set<() => void>();
  let tokens: Tokens | null = read<Tokens>(TOKENS);
  let beside: Attempt | null = null;
  let refreshing: Promise<Tokens> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whose session was lost, and whose page this still is. */
  let person: string | undefined;
  let state: SessionState = tokens ? { kind: "in", name: tokens.name } : out(deps.note);

  function read<T>(key: string): T | null {
    try {
      return JSON.parse(deps.storage.getItem(key) ?? "null") as T | null;
    } catch {
      return null; // not ours, or cut short: as if there were none
    }
  }

  function show(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function keep(next: Tokens) {
    tokens = next;
    deps.storage.setItem(TOKENS, JSON.stringify(next));
    planAhead(next);
    if (state.kind !== "in" || state.name !== next.name) show({ kind: "in", name: next.name });
  }

  function forget() {
    tokens = null;
    clearTimeout(timer);
    deps.storage.removeItem(TOKENS);
  }

  function planAhead({ expiresAt }: Tokens) {
    const left = expiresAt - now();
    plan(left - Math.min(AHEAD, left / 2));
  }

  function plan(wait: number) {
    clearTimeout(timer);
    timer = setTimeout(
      () => {
        refresh().catch((error: unknown) => {
          if (tokens && !isOver(error)) plan(AGAIN);
        });
      },
      Math.max(wait, 1_000),
    );
  }

  /** One refresh at a time: a refresh token may be good for one use only. */
  function refresh(): Promise<Tokens> {
    if (refreshing) return refreshing;
    const before = tokens;
    if (!before) return Promise.reject(new SignInError("ended", LOST));
    refreshing = deps.provider
      .refresh(before)
      .then((next) => {
        if (tokens !== before) throw new SignInError("ended", LOST); // signed out meanwhile
        keep(next);
        return next;
      })
      .catch((error: unknown) => {
        if (isOver(error) && tokens === before) lose();
        throw error;
      })
      .finally(() => {
        refreshing = null;
      });
    return refreshing;
  }

  function lose(note = LOST) {
    person = tokens?.person;
    const name = tokens?.name ?? "";
    forget();
    show({ kind: "lost", name, note });
  }

  async function finish(answer: URLSearchParams, attempt: Attempt) {
    keep(await deps.provider.finish(answer, attempt));
  }

  /** The page, its call and its phone are one person's; another one's session waits for the next page. */
  async function finishBeside(answer: URLSearchParams, attempt: Attempt) {
    const next = await deps.provider.finish(answer, attempt);
    if (person === undefined || next.person === person) {
      keep(next);
      return;
    }
    deps.storage.setItem(TOKENS, JSON.stringify(next));
    show({ kind: "other", name: nameIn(state), note: OTHER });
  }

  deps.channel.addEventListener("message", (event) => {
    const { data } = event as MessageEvent<unknown>;
    if (typeof data !== "string" || !beside) return;
    const answer = new URLSearchParams(data);
    if (answer.get("state") !== beside.state) return; // another tab's
    const attempt = beside;
    beside = null;
    finishBeside(answer, attempt).catch((error: unknown) => {
      show({ kind: "lost", name: nameIn(state), note: sentenceOf(error) });
    });
  });

  if (tokens) planAhead(tokens);

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async token() {
      if (tokens && tokens.expiresAt - now() > SPENT) return tokens.accessToken;
      return (await refresh()).accessToken;
    },
    async replace(refused) {
      if (tokens && tokens.accessToken !== refused) return tokens.accessToken;
      try {
        const next = await refresh();
        return next.accessToken;
      } catch (error) {
        if (isOver(error)) return null;
        throw error;
      }
    },
    refused(fresh) {
      if (tokens?.accessToken === fresh) lose(NOT_TAKEN);
    },
    handOver() {
      if (state.kind === "other") deps.go(deps.home);
    },
    async signIn(returnTo) {
      const { address, attempt } = await deps.provider.begin(returnTo, "");
      deps.storage.setItem(ATTEMPT, JSON.stringify(attempt));
      deps.go(address);
    },
    async signInBeside() {
      const { address, attempt } = await deps.provider.begin("/", BESIDE);
      beside = attempt;
      if (!deps.openWindow(address)) {
        throw new SignInError(
          "cancelled",
          "Your browser did not open the sign-in window. Allow windows for this site, then try again.",
        );
      }
    },
    async arrive(answer) {
      if (answer.get("state")?.startsWith(BESIDE)) {
        deps.channel.postMessage(answer.toString());
        return "";
      }
      const attempt = read<Attempt>(ATTEMPT);
      deps.storage.removeItem(ATTEMPT); // a code is good for one use
      if (!attempt) {
        // A reload of the redirect address, or one opened from the history.
        if (!tokens) show(out(deps.note));
        return "/";
      }
      show({ kind: "arriving" });
      try {
        await finish(answer, attempt);
        return attempt.returnTo;
      } catch (error) {
        show({ kind: "out", note: sentenceOf(error) });
        return attempt.returnTo;
      }
    },
    async signOut() {
      const ended = tokens;
      forget();
      show({ kind: "out", note: "You are signed out." });
      const address = ended ? await deps.provider.end(ended).catch(() => undefined) : undefined;
      if (address) deps.go(address);
    },
    close() {
      clearTimeout(timer);
      deps.channel.close();
    },
  };
}

function out(note: string | undefined): SessionState {
  return note === undefined ? { kind: "out" } : { kind: "out", note };
}

function nameIn(state: SessionState): string {
  return "name" in state ? state.name : "";
}

function isOver(error: unknown): boolean {
  return error instanceof SignInError && error.kind !== "unreachable";
}

export function sentenceOf(error: unknown): string {
  if (error instanceof SignInError) return error.sentence;
  return "Something went wrong while signing in. Try again.";
}
