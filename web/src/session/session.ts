// The clinician's session in this tab: who is signed in, and a token that is
// fresh whenever one is asked for. No React.

import { say } from "../words";
import type { Session, SessionDeps, SessionState } from "./contract";
import { isOver, lost, SignInError, sentenceOf } from "./error";
import { createKept } from "./kept";
import type { Attempt, Prompt, Tokens } from "./provider";

export { sentenceOf } from "./error";
export { TOKENS } from "./kept";

/** Marks the state of a sign-in in a window of its own. */
export const BESIDE = "beside.";
/** So long before the end a token is replaced, or at half its life. */
const AHEAD = 60_000;
/** With less left than this, a token is not worth sending. */
const SPENT = 5_000;
const AGAIN = 10_000;

export function createSession(deps: SessionDeps): Session {
  const now = deps.now ?? Date.now;
  const listeners = new Set<() => void>();
  const kept = createKept(deps.storage, deps.shared);
  let tokens: Tokens | null = kept.tokens();
  let beside: Attempt | null = null;
  let refreshing: Promise<Tokens> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whose session was lost, and whose page this still is. */
  let person: string | undefined;
  let state: SessionState = tokens
    ? { kind: "in", name: tokens.name }
    : out(deps.note ?? (kept.takeLeft() ? say("session:signedOut") : undefined));

  /** How the next sign-in is to be. */
  function prompt(): Prompt | undefined {
    return kept.mustAsk() ? "login" : undefined;
  }

  function show(next: SessionState) {
    state = next;
    for (const listener of listeners) listener();
  }

  function keep(next: Tokens) {
    tokens = next;
    kept.keep(next);
    planAhead(next);
    if (state.kind !== "in" || state.name !== next.name) show({ kind: "in", name: next.name });
  }

  function forget() {
    tokens = null;
    clearTimeout(timer);
    kept.forget();
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
    if (!before) return Promise.reject(lost());
    refreshing = deps.provider
      .refresh(before)
      .then((next) => {
        if (tokens !== before) throw lost(); // signed out meanwhile
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

  function lose(note = say("session:trouble.lost")) {
    person = tokens?.person;
    const name = tokens?.name ?? "";
    forget();
    show({ kind: "lost", name, note });
  }

  async function leave(returnTo: string, how: Prompt | undefined) {
    const { address, attempt } = await deps.provider.begin(returnTo, "", how);
    kept.begin(attempt);
    deps.go(address);
  }

  async function finish(answer: URLSearchParams, attempt: Attempt) {
    const next = await deps.provider.finish(answer, attempt);
    kept.asked();
    keep(next);
  }

  /** The page, its call and its phone are one person's; another one's session waits for the next page. */
  async function finishBeside(answer: URLSearchParams, attempt: Attempt) {
    const next = await deps.provider.finish(answer, attempt);
    kept.asked();
    if (person === undefined || next.person === person) {
      keep(next);
      return;
    }
    kept.keep(next);
    show({ kind: "other", name: nameIn(state), note: say("session:trouble.other") });
  }

  deps.channel.addEventListener("message", (event) => {
    const { data } = event as MessageEvent<unknown>;
    if (isFarewell(data) && tokens && data.signedOut === tokens.person) lose(say("session:signedOutElsewhere"));
    if (typeof data !== "string" || !beside) return;
    const answer = new URLSearchParams(data);
    if (answer.get("state") !== beside.state) return; // another tab's
    const attempt = beside;
    beside = null;
    finishBeside(answer, attempt).catch((error: unknown) => {
      const kind = state.kind === "locked" ? "locked" : "lost";
      show({ kind, name: nameIn(state), note: sentenceOf(error) });
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
      if (tokens?.accessToken === fresh) lose(say("session:trouble.notTaken"));
    },
    handOver() {
      if (state.kind === "other") deps.go(deps.home);
    },
    async signIn(returnTo) {
      await leave(returnTo, prompt());
    },
    async signInSilently(returnTo) {
      if (state.kind !== "out" || prompt() === "login") return;
      const before = state;
      show({ kind: "arriving" });
      // Nobody asked for it: when it fails there is nothing to say.
      await leave(returnTo, "none").catch(() => show(before));
    },
    async signInBeside() {
      const { address, attempt } = await deps.provider.begin("/", BESIDE, prompt());
      beside = attempt;
      if (!deps.openWindow(address)) {
        throw new SignInError("cancelled", say("session:trouble.blocked"));
      }
    },
    async arrive(answer) {
      if (answer.get("state")?.startsWith(BESIDE)) {
        deps.channel.postMessage(answer.toString());
        return "";
      }
      const attempt = kept.takeAttempt();
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
        const asked = error instanceof SignInError && error.kind === "asked";
        show(out(asked ? deps.note : sentenceOf(error)));
        return attempt.returnTo;
      }
    },
    lock() {
      if (!tokens) return;
      const { name } = tokens;
      person = tokens.person;
      forget();
      kept.ask();
      show({ kind: "locked", name });
    },
    async signOut() {
      const ended = tokens;
      forget();
      kept.ask();
      if (ended) deps.channel.postMessage({ signedOut: ended.person } satisfies Farewell);
      show({ kind: "out", note: say("session:signedOut") });
      const address = ended ? await deps.provider.end(ended).catch(() => undefined) : undefined;
      if (!address) return;
      kept.leave();
      deps.go(address);
    },
    close() {
      clearTimeout(timer);
      deps.channel.close();
    },
  };
}

/** One tab's sign-out is everybody's who is the same person. */
interface Farewell {
  signedOut: string;
}

function isFarewell(data: unknown): data is Farewell {
  return typeof data === "object" && data !== null && typeof (data as Partial<Farewell>).signedOut === "string";
}

function out(note: string | undefined): SessionState {
  return note === undefined ? { kind: "out" } : { kind: "out", note };
}

function nameIn(state: SessionState): string {
  return "name" in state ? state.name : "";
}
