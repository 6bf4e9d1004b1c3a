// The clinician's calls as the server tells them, for every screen.
import type { Backend, Call, CalledBack } from "../backend";
import type { CallRecording, Participants } from "../roomRoutes";
import { type Follower, follow, type Health } from "./follow";
import type { ServerEvent } from "./sse";

/** A call as last told, and when this page heard of it. */
export interface Told {
  call: Call;
  /** Milliseconds since 1970, by this computer's clock. */
  at: number;
}

export interface LiveState {
  /** "starting" until it is known; "offline" by the browser's word, until something comes through all the same. */
  updates: "starting" | "offline" | Health;
  /** By appointment, newest first. */
  calls: ReadonlyMap<string, readonly Told[]>;
  /** Who rang back, by the appointment that it concerns the clinician for: the newest of each. */
  calledBack: ReadonlyMap<string, CalledBack>;
}

export interface Live {
  getState(): LiveState;
  subscribe(listener: () => void): () => void;
  /** Begins, or begins anew after a sign-in. */
  start(): void;
  /** Ends the stream; `forget` also what was told: another person may sign in. */
  stop(forget?: boolean): void;
}

export interface LiveDeps {
  backend: Pick<Backend, "events">;
  /** Every call told, in order. */
  onCall(call: Call): void;
  /** Who is in a call, whenever that changes. */
  onRoom?(room: Participants): void;
  /** How it stands with recording a call, whenever that changes. */
  onRecording?(recording: CallRecording): void;
  /** After a break: what was shown may be old. */
  onReturn(): void;
  now?: () => number;
}

/** More than these of one appointment are left to the record. */
const KEPT = 20;

export function createLive(deps: LiveDeps): Live {
  const now = deps.now ?? Date.now;
  const listeners = new Set<() => void>();
  let state: LiveState = { updates: "starting", calls: new Map(), calledBack: new Map() };
  let follower: Follower | undefined;
  const place = { lastId: "" };
  /** How the stream itself is. */
  let health: Health | undefined;

  const online = () => {
    if (state.updates === "offline") change({ updates: health && health !== "live" ? health : "lost" });
    follower?.nudge();
  };
  /** The browser is often right, but not on one machine, or behind a proxy: so the line is tried anew. */
  const offline = () => {
    change({ updates: "offline" });
    follower?.redial();
  };

  function change(next: Partial<LiveState>) {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function heard({ name, data }: ServerEvent) {
    if (name === "called-back") heardBack(parse<CalledBack>(data));
    if (name === "party") handed(parse<Participants>(data), deps.onRoom);
    if (name === "recording") handed(parse<CallRecording>(data), deps.onRecording);
    if (name !== "call") return;
    const call = parse<Call>(data);
    if (!call) return;
    if (call.appointment) {
      const calls = new Map(state.calls);
      calls.set(call.appointment, withCall(calls.get(call.appointment) ?? [], { call, at: now() }));
      change({ calls });
    }
    deps.onCall(call);
  }

  function heardBack(told: CalledBack | undefined) {
    if (!told || (state.calledBack.get(told.appointment)?.at ?? "") >= told.at) return;
    change({ calledBack: new Map(state.calledBack).set(told.appointment, told) });
  }

  return {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      follower?.stop();
      follower = follow({
        open: (lastId, signal) => deps.backend.events(lastId, signal),
        place,
        event: heard,
        health(now) {
          health = now;
          const before = state.updates;
          if (now !== "live" && before === "offline") return; // that says more
          change({ updates: now });
          if (now === "live" && before !== "starting" && before !== "live") deps.onReturn();
        },
      });
      addEventListener("online", online);
      addEventListener("offline", offline);
      if (navigator.onLine === false) change({ updates: "offline" });
    },
    stop(forget = false) {
      follower?.stop();
      follower = undefined;
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      if (forget) place.lastId = "";
      change(forget ? { updates: "starting", calls: new Map(), calledBack: new Map() } : { updates: "starting" });
    },
  };
}

function handed<T>(told: T | undefined, on: ((told: T) => void) | undefined): void {
  if (told) on?.(told);
}

function parse<T>(data: string): T | undefined {
  try {
    return JSON.parse(data) as T;
  } catch {
    return undefined; // told again, whole, with its next change; losing the stream would help nobody
  }
}

function withCall(list: readonly Told[], told: Told): Told[] {
  const others = list.filter((one) => told.call.key === undefined || one.call.key !== told.call.key);
  const known = list.find((one) => told.call.key !== undefined && one.call.key === told.call.key);
  // An update keeps its place; a new call comes first.
  if (known) return list.map((one) => (one === known ? told : one));
  return [told, ...others].slice(0, KEPT);
}
