// The access token: fetched when a call needs one, and kept fresh by our own
// timer while a call lasts. The SDK's tokenWillExpire comes once, if at all.
import { claimsOf } from "../jwt";
import type { Clock, Timer } from "./clock";
import { TokenLate } from "./troubles";

const minute = 60_000;
const longestLead = 5 * minute;
const fetchWithin = 15_000;
const firstRetry = 1_000;
const longestRetry = 30_000;
/** Renewals further apart than this are no loop. */
const calm = 2 * longestRetry;
/** For a token that does not tell its life. */
const assumedLife = 10 * minute;
const longestTimer = 24 * 60 * minute; // setTimeout holds 24.8 days, then fires at once

export interface Tokens {
  /** A token with enough life left. Rejects when it cannot be had. */
  get(): Promise<string>;
  /** The token turned out to be no good. */
  forget(): void;
  /** Whether a call lasts, or one can come: only then is the token renewed before it is asked for. */
  watch(on: boolean, why?: "call" | "rings"): void;
  /** Renews now; in a call it is tried until it succeeds. */
  renew(): void;
  close(): void;
}

export interface TokensDeps {
  fetchToken(signal: AbortSignal): Promise<string>;
  clock: Clock;
  /** A new token, got while a call lasts. */
  renewed(token: string): void;
}

/** Milliseconds that a token lives from now. Its own `iat` is preferred to a browser's clock, which may be wrong. */
export function lifeOf(token: string, now: number): number {
  const claims = claimsOf(token);
  if (typeof claims.exp !== "number") return assumedLife;
  const begin = typeof claims.iat === "number" ? claims.iat * 1000 : now;
  return Math.max(0, claims.exp * 1000 - begin);
}

export function createTokens({ fetchToken, clock, renewed }: TokensDeps): Tokens {
  let held: { token: string; renewAt: number } | null = null;
  let fetching: Promise<string> | null = null;
  let timer: Timer | undefined;
  const whys = new Set<string>();
  let watching = false;
  let failures = 0;
  /** A gateway that likes no token must not make us ask for another without end. */
  let renewedAt = Number.NEGATIVE_INFINITY;
  let pause = firstRetry;
  let closed = false;

  function fetched(): Promise<string> {
    fetching ??= ask().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  async function ask(): Promise<string> {
    const asking = new AbortController();
    let late: Timer | undefined;
    const lateness = new Promise<never>((_, reject) => {
      late = clock.setTimeout(() => {
        asking.abort();
        reject(new TokenLate("the access token took too long"));
      }, fetchWithin);
    });
    try {
      const token = await Promise.race([fetchToken(asking.signal), lateness]);
      const life = lifeOf(token, clock.now());
      held = { token, renewAt: clock.now() + life - Math.min(longestLead, life / 2) };
      failures = 0;
      return token;
    } finally {
      clock.clearTimeout(late);
    }
  }

  function arm(milliseconds: number): void {
    clock.clearTimeout(timer);
    timer = undefined;
    if (!watching || closed) return;
    const rested = renewedAt + pause - clock.now();
    timer = clock.setTimeout(due, Math.min(Math.max(0, milliseconds, rested), longestTimer));
  }

  function due(): void {
    if (held && clock.now() < held.renewAt) {
      arm(held.renewAt - clock.now());
      return;
    }
    fetched().then(
      (token) => {
        if (!watching || closed) return;
        const now = clock.now();
        pause = now < renewedAt + calm ? Math.min(longestRetry, pause * 2) : firstRetry;
        renewedAt = now;
        renewed(token);
        arm((held?.renewAt ?? 0) - now);
      },
      () => {
        arm(Math.min(longestRetry, firstRetry * 2 ** failures));
        failures += 1;
      },
    );
  }

  return {
    async get() {
      if (held && clock.now() < held.renewAt) return held.token;
      return await fetched();
    },
    forget() {
      held = null;
    },
    watch(wanted, why = "call") {
      if (wanted) whys.add(why);
      else whys.delete(why);
      const on = whys.size > 0;
      if (on === watching) return;
      watching = on;
      failures = 0;
      arm(held ? held.renewAt - clock.now() : 0);
    },
    renew() {
      if (fetching) return; // the new one comes
      held = null;
      if (watching && failures === 0) arm(0); // failing already: its own retry comes
    },
    close() {
      closed = true;
      clock.clearTimeout(timer);
    },
  };
}
