// Numbers that were shown in full while the service was away: it is told of them when it is back, so that its log has
// who asked. In memory alone: whose number, and its ending, belong in no storage.
import { type Backend, BackendError } from "../backend";

export interface Look {
  appointment: string;
  /** Whose number, as a reference. */
  of: string;
  ending: string;
}

export interface OwedLooks {
  /** Told as soon as the service can be. */
  owe(look: Look): void;
  /** As after a sign-out: nobody is left in whose name it could be told. */
  clear(): void;
}

/** In ms. */
export const AGAIN = 15_000;

export function createOwedLooks(backend: Pick<Backend, "reveal">): OwedLooks {
  let owed: Look[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let telling = false;

  async function tell() {
    if (telling) return;
    telling = true;
    clearTimeout(timer);
    for (const look of [...owed]) {
      const { appointment, of, ending } = look;
      const later = await backend.reveal(appointment, { of, ending }).then(() => false, mayPass);
      if (later) break;
      owed = owed.filter((one) => one !== look); // told, or refused, which the service has noted itself
    }
    telling = false;
    wait();
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
      owed.push(look);
      wait();
    },
    clear() {
      owed = [];
      wait();
    },
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof BackendError && error.passing;
}

/** Whether the service could not note it, as against that it said no, or not so many. */
export function isAway(error: unknown): boolean {
  return mayPass(error) && (error as BackendError).code !== "too-many-requests";
}
