// The notes that a clinician is writing, by call: in memory alone, so that a page
// of the app may be left and the next call begin without one being lost.
import type { Backend, ClinicianOutcome, NewNote, Note } from "../backend";
import type { Softphone } from "../calling/state";

/** Characters; the service takes no more. */
export const LONGEST = 1_000;

export interface About {
  /** With whom the call was: "Anna Ellis (daughter)". */
  name: string;
  appointment: string;
}

export interface Draft {
  about: About;
  outcome?: ClinicianOutcome;
  text: string;
  state: "open" | "saving" | "saved" | "failed";
  /** Why it was not saved. */
  error?: unknown;
  /** What the service has of it. */
  kept?: Partial<Note>;
}

export type Change = Partial<Pick<Draft, "text">> & { outcome?: ClinicianOutcome | undefined };

export interface Drafts {
  /** By the calls' keys. */
  getState(): ReadonlyMap<string, Draft>;
  subscribe(listener: () => void): () => void;
  /** Begins with what the service has of it, unless something is being written. */
  open(call: string, about: About, kept?: Partial<Note>): void;
  change(call: string, change: Change): void;
  /** Resolves to whether the service has it. Never rejects: why not is in the draft. */
  save(call: string): Promise<boolean>;
  /** Everything that was written and not saved; resolves to how much of it could not be. */
  saveAll(): Promise<number>;
  /** What was written is not wanted. */
  discard(call: string): void;
  /** As after a sign-out. */
  clear(): void;
}

export interface DraftsDeps {
  backend: Pick<Backend, "note">;
  /** When it goes on to another call, or forgets one, what was written of it is saved. */
  softphone: Pick<Softphone, "getState" | "subscribe">;
}

export function createDrafts({ backend, softphone }: DraftsDeps): Drafts {
  const listeners = new Set<() => void>();
  const underWay = new Map<string, Promise<boolean>>();
  let drafts: ReadonlyMap<string, Draft> = new Map();
  let shown = softphone.getState().call?.callSid;

  /** The browser asks before the page goes. */
  function askFirst(event: BeforeUnloadEvent) {
    event.preventDefault();
    event.returnValue = true; // browsers from before 2023 look at this instead
  }

  function put(call: string, draft: Draft | undefined) {
    const next = new Map(drafts);
    if (draft) next.set(call, draft);
    else next.delete(call);
    drafts = next;
    const unsaved = [...drafts.values()].some(isUnsaved);
    (unsaved ? addEventListener : removeEventListener)("beforeunload", askFirst);
    for (const listener of listeners) listener();
  }

  /** One after the other: what is written while a note is under way is another note. */
  function save(call: string): Promise<boolean> {
    const saved = (underWay.get(call) ?? Promise.resolve(true)).then(() => send(call));
    underWay.set(call, saved);
    return saved;
  }

  async function send(call: string): Promise<boolean> {
    const draft = drafts.get(call);
    if (!draft || !isUnsaved(draft)) return true;
    if (tooMany(draft) > 0) return false;
    put(call, { ...draft, state: "saving" });
    try {
      const kept = await backend.note(call, noteOf(draft));
      const now = drafts.get(call);
      if (now) put(call, { ...now, kept, state: alike(now, kept) ? "saved" : "open" });
      return true;
    } catch (error) {
      const now = drafts.get(call);
      if (now) put(call, { ...now, state: "failed", error });
      return false;
    }
  }

  async function saveAll(): Promise<number> {
    const unsaved = [...drafts].filter(([, draft]) => isUnsaved(draft)).map(([call]) => call);
    return (await Promise.all(unsaved.map(save))).filter((saved) => !saved).length;
  }

  softphone.subscribe(() => {
    const now = softphone.getState().call?.callSid;
    if (now === shown) return;
    const before = shown;
    shown = now;
    const draft = before === undefined ? undefined : drafts.get(before);
    if (before !== undefined && draft && isUnsaved(draft)) void save(before);
  });

  return {
    getState: () => drafts,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    open(call, about, kept) {
      const before = drafts.get(call);
      if (before && (isUnsaved(before) || before.state === "saving")) return;
      const known = newest(before?.kept, kept);
      if (before && alike(known ?? {}, before.kept ?? {})) return; // told again, by the record
      put(call, { about, text: "", ...noteOf(known ?? {}), state: "open", ...(known ? { kept: known } : {}) });
    },
    change(call, change) {
      const before = drafts.get(call);
      if (!before) return;
      const { outcome, error: _, ...rest } = { ...before, ...change };
      const state = before.state === "saving" ? "saving" : "open";
      put(call, { ...rest, ...(outcome ? { outcome } : {}), state });
    },
    save,
    saveAll,
    discard: (call) => put(call, undefined),
    clear() {
      for (const call of [...drafts.keys()]) put(call, undefined);
    },
  };
}

type Written = { outcome?: ClinicianOutcome; text?: string };

function noteOf({ outcome, text = "" }: Written): NewNote {
  const said = text.trim();
  return { ...(outcome ? { outcome } : {}), ...(said ? { text: said } : {}) };
}

function alike(one: Written, other: Written): boolean {
  return one.outcome === other.outcome && (one.text ?? "").trim() === (other.text ?? "").trim();
}

/** Whether it says something else than what the service has. */
export function isUnsaved(draft: Draft): boolean {
  return !alike(draft, draft.kept ?? {});
}

/** How many characters the text is over what the service takes; below 0: how many are left. */
export function tooMany({ text }: Pick<Draft, "text">): number {
  return [...text.trim()].length - LONGEST;
}

/** Of what is known of one note, the last word. */
export function newest(...notes: (Partial<Note> | undefined)[]): Partial<Note> | undefined {
  return notes.reduce((best, one) => (one && (one.at ?? "") >= (best?.at ?? "") ? one : best), undefined);
}
