// Numbers that were shown in full while the service was away: it is told of them when it is back, so that its log has
// who asked. In memory alone: whose number, and its ending, belong in no storage.
import { type Backend, BackendError, type ErrorCode } from "../backend";

export interface Look {
  appointment: string;
  /** Whose number, as a reference. */
  of: string;
  ending: string;
}

export interface OwedLooks {
  /** Told as soon as the service can be. */
  owe(look: Look): void;
  /** Whether it is still to be told. */
  owes(look: Look): boolean;
  /** Hears of each look that is owed, and of each that is not any more. */
  subscribe(listener: () => void): () => void;
  /** As after a sign-out: nobody is left in whose name it could be told. */
  clear(): void;
}

/** In ms. */
export const AGAIN = 15_000;

/**
 * The service's own refusals of a look, which it has noted. Anything else says nothing of its log: no answer, a
 * stranger's, as of a network that wants a sign-in of its own, or that there is no session at the moment.
 */
const REFUSED: ReadonlySet<ErrorCode> = new Set(["invalid", "forbidden", "not-found"]);

export function createOwedLooks(backend: Pick<Backend, "reveal">): OwedLooks {
  let owed: readonly Look[] = [];
  let asked = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listeners = new Set<() => void>();

  function change(next: readonly Look[]) {
    owed = next;
    for (const listener of listeners) listener();
  }

  let telling = false;

  async function tell() {
    if (telling) return;
    telling = true;
    clearTimeout(timer);
    // Whatever a sign-out clears meanwhile is not told any more: it would be told in another person's name.
    let told = true;
    while (told) told = await isFirstTold();
    telling = false;
    wait();
  }

  async function isFirstTold(): Promise<boolean> {
    const [look] = owed;
    if (!look) return false;
    const { appointment, of, ending } = look;
    const refused = await backend.reveal(appointment, { of, ending }, asked.signal).catch((error: unknown) => error);
    if (refused !== undefined && !isNoted(refused)) return false;
    change(owed.filter((one) => one !== look));
    return true;
  }

  function wait() {
    clearTimeout(timer);
    removeEventListener("online", tell);
    if (owed.length === 0) return;
    timer = setTimeout(() => void tell(), AGAIN);
    addEventListener("online", tell);
  }

  return {
    owe(look) {
      change([...owed, look]);
      wait();
    },
    owes: (look) => owed.includes(look),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      asked.abort();
      asked = new AbortController();
      change([]);
      wait();
    },
  };
}

function isNoted(refusal: unknown): boolean {
  return refusal instanceof BackendError && REFUSED.has(refusal.code);
}

/** Whether the service could not note it, as against that it said no, or not so many. */
export function isAway(error: unknown): boolean {
  return error instanceof BackendError && error.passing && error.code !== "too-many-requests";
}
