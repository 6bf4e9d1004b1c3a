// Whether there is a microphone that this page may use, why not, and which.
import type { Clock } from "./clock";
import { createMeter } from "./meter";
import type { Remembered } from "./remembered";
import type { Device, SoftphoneState, Trouble, TroubleKind } from "./state";
import { trouble } from "./troubles";

export interface MicrophoneState {
  permission: SoftphoneState["microphone"];
  microphones: Device[];
  speakers: Device[];
  /** Id of the one in use; "": the browser's choice. */
  chosen: string;
  /** The chosen one was here, and has gone. */
  lost: boolean;
}

export interface Microphone {
  getState(): MicrophoneState;
  onChange(listener: () => void): () => void;
  /** Asks the person if need be; undefined: it can be used. `again`: tries the microphone even if it worked before. */
  check(again?: boolean): Promise<Trouble | undefined>;
  choose(id: string): void;
  /** Level outside a call, 0 to 1; the microphone is open only while somebody listens. */
  onLevel(listener: (level: number) => void): () => void;
  /** A call has the microphone: leave it alone. */
  lend(toCall: boolean): void;
  close(): void;
}

export interface MicrophoneDeps {
  /** The window, or what a test puts in its place. */
  page: {
    isSecureContext: boolean;
    RTCPeerConnection?: unknown;
    navigator: { mediaDevices?: MediaDevices; permissions?: Pick<Permissions, "query"> };
  };
  makeContext(): AudioContext;
  clock: Clock;
  remembered: Remembered;
}

export function createMicrophone({ page, makeContext, clock, remembered }: MicrophoneDeps): Microphone {
  const media = page.isSecureContext ? page.navigator.mediaDevices : undefined;
  let state: MicrophoneState = { permission: "unknown", microphones: [], speakers: [], chosen: "", lost: false };
  let checking: Promise<Trouble | undefined> | null = null;
  let worked = false;
  const listeners = new Set<() => void>();
  const meter = createMeter({ open, makeContext, clock });

  function set(change: Partial<MicrophoneState>): void {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
    meter.use(state.permission === "ok", state.chosen);
  }

  function open(id: string): Promise<MediaStream> {
    if (!media) return Promise.reject(new Error("no media devices"));
    return media.getUserMedia({ audio: id ? { deviceId: { ideal: id } } : true });
  }

  async function look(again: boolean): Promise<TroubleKind | undefined> {
    if (!page.isSecureContext) return "insecure-page";
    if (!media?.getUserMedia || !page.RTCPeerConnection) return "unsupported-browser";
    const before = await permission();
    if (before === "denied") return "microphone-denied";
    if (before === "granted" && worked && !again) return undefined;
    if (before !== "granted") set({ permission: "asking" });
    try {
      const stream = await open(remembered.get());
      for (const track of stream.getTracks()) track.stop();
    } catch (error) {
      return await why(error);
    }
    return undefined;
  }

  async function why(error: unknown): Promise<TroubleKind> {
    const { name, message } = error as { name?: string; message?: string };
    switch (name) {
      case "NotFoundError":
      case "DevicesNotFoundError":
      case "OverconstrainedError":
        return "microphone-missing";
      case "NotReadableError":
      case "TrackStartError":
      case "AbortError":
        return "microphone-in-use";
      case "TypeError":
      case "NotSupportedError":
        return "unsupported-browser";
    }
    if (/system/i.test(message ?? "")) return "microphone-blocked-by-system"; // Chromium: "Permission denied by system"
    const after = await permission();
    if (after === "granted") return "microphone-blocked-by-system"; // the page may, and yet it cannot
    return after === "prompt" ? "microphone-dismissed" : "microphone-denied";
  }

  /** undefined: the browser does not tell. */
  async function permission(): Promise<PermissionState | undefined> {
    try {
      const status = await page.navigator.permissions?.query({ name: "microphone" as PermissionName });
      return status?.state;
    } catch {
      return undefined;
    }
  }

  async function check(again = false): Promise<Trouble | undefined> {
    const kind = await look(again);
    worked = kind === undefined;
    await list();
    set({ permission: worked ? "ok" : "blocked" });
    return kind && trouble(kind);
  }

  async function list(): Promise<void> {
    if (!media?.enumerateDevices) return;
    const all = await media.enumerateDevices().catch(() => []);
    const of = (kind: MediaDeviceKind) =>
      all.filter((d) => d.kind === kind && d.deviceId).map((d) => ({ id: d.deviceId, label: d.label }));
    const microphones = of("audioinput");
    const wanted = remembered.get();
    // One that was unplugged stays remembered, for the day it is back.
    const chosen = microphones.some(({ id }) => id === wanted) ? wanted : "";
    const lost = wanted !== "" && chosen === "" && (state.chosen === wanted || state.lost);
    set({ microphones, speakers: of("audiooutput"), chosen, lost });
  }

  const changed = () => {
    worked = false;
    void list();
  };
  media?.addEventListener?.("devicechange", changed);
  void list();

  return {
    getState: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    check(again) {
      checking ??= check(again).finally(() => {
        checking = null;
      });
      return checking;
    },
    choose(id) {
      remembered.set(id);
      set({ chosen: id, lost: false });
    },
    onLevel: meter.onLevel,
    lend: meter.pause,
    close() {
      media?.removeEventListener?.("devicechange", changed);
      meter.close();
      listeners.clear();
    },
  };
}
