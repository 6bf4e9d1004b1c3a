// Which tab a session belongs to. "Duplicate tab" copies the tab's storage, and
// two tabs with one refresh token end each other's session: a provider that
// rotates the tokens takes the second use of one for theft. So a tab holds a
// lock of its name for as long as its page lives, and a copy finds it held.
import { say } from "../words";
import { TOKENS } from "./kept";

export const TAB = "careline.tab";
/** A page that is being loaded again may find the lock of the page before it still held. */
const TRIES = 10;
const BETWEEN = 100;

export interface TabDeps {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Left out where the browser has none: then a copy goes on with the session. */
  locks?: Pick<LockManager, "request"> | undefined;
  newName?: () => string;
}

/** Makes the tab its own. Resolves to why the person has to sign in, when the session was another tab's. */
export async function ownTab({
  storage,
  locks,
  newName = () => crypto.randomUUID(),
}: TabDeps): Promise<string | undefined> {
  if (!locks) return undefined;
  const known = storage.getItem(TAB);
  if (known === null) {
    await rename();
    return undefined;
  }
  const signedIn = storage.getItem(TOKENS) !== null;
  // Nothing to share yet: the sign-in page need not wait.
  const free = hold(locks, known);
  if (!signedIn) {
    void free.then((own) => (own ? undefined : rename()));
    return undefined;
  }
  if (await free) return undefined;
  storage.removeItem(TOKENS);
  await rename();
  return say("session:copied");

  async function rename() {
    const name = newName();
    storage.setItem(TAB, name);
    if (locks) await take(locks, name);
  }
}

async function hold(locks: Pick<LockManager, "request">, name: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, BETWEEN));
    if (await take(locks, name)) return true;
  }
  return false;
}

/** Holds the lock until the page is left. A browser that refuses to lock at all stands in nobody's way. */
function take(locks: Pick<LockManager, "request">, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const held = (lock: Lock | null) => {
      resolve(lock !== null);
      return lock ? new Promise<void>((end) => addEventListener("pagehide", () => end(), { once: true })) : undefined;
    };
    locks.request(`careline-session-${name}`, { ifAvailable: true }, held).catch(() => resolve(true));
  });
}
