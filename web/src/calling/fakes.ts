// For the tests alone: stand-ins that behave as the SDK does, traps included.
import { vi } from "vitest";
import { realClock } from "./clock";
import type { Microphone, MicrophoneState } from "./microphone";
import type { Listener, SdkAudio, SdkCall, SdkDevice, SdkError } from "./sdk";
import { createSoftphone } from "./softphone";
import type { Softphone, Target, Trouble } from "./state";
import type { Tabs } from "./tabs";

export const target: Target = {
  appointment: "a1",
  number: "+447700900142",
  name: "Margaret Ellis",
  ending: "0142",
};

class Emitter {
  private listeners: [string, Listener][] = [];
  on(event: string, listener: Listener) {
    this.listeners.push([event, listener]);
  }
  removeListener(event: string, listener: Listener) {
    this.listeners = this.listeners.filter(([e, l]) => e !== event || l !== listener);
  }
  emit(event: string, ...args: unknown[]) {
    for (const [e, listener] of [...this.listeners]) if (e === event) listener(...args);
  }
  count(event: string) {
    return this.listeners.filter(([e]) => e === event).length;
  }
}

export class FakeCall extends Emitter implements SdkCall {
  parameters: Record<string, string> = {};
  state = "connecting";
  /** What was done to it. */
  done: string[] = [];
  tracks = [{ stop: vi.fn() }];
  status() {
    return this.state;
  }
  disconnect() {
    if (this.state === "closed") return;
    this.done.push("disconnect");
    this.over();
  }
  mute(muted = true) {
    this.done.push(`mute ${muted}`);
    this.emit("mute", muted, this);
  }
  sendDigits(digits: string) {
    this.done.push(`digits ${digits}`);
  }
  getLocalStream() {
    return { getTracks: () => this.tracks } as unknown as MediaStream;
  }
  getRemoteStream() {
    return undefined;
  }
  ring(sid = "CA1") {
    this.parameters.CallSid = sid;
    this.state = "ringing";
    this.emit("ringing", false);
  }
  answer(sid = "CA1") {
    this.parameters.CallSid = sid;
    this.state = "open";
    this.emit("accept", this);
  }
  /** The other side hung up, or the gateway did. */
  over(error?: SdkError) {
    if (error) this.emit("error", error);
    this.state = "closed";
    this.emit("disconnect", this);
  }
  /** Sound is lost for good: the SDK disconnects first and says why afterwards. */
  soundLost() {
    this.over();
    this.emit("error", { code: 53405 });
  }
  /** The socket is lost. Before the answer the SDK has no token to come back with, and leaves the call dead. */
  socketLost() {
    this.emit("transportClose");
    if (this.state === "open") {
      this.state = "reconnecting";
      this.emit("reconnecting", { code: 53001 });
    } else {
      this.state = "closed";
    }
  }
  back() {
    this.emit("reconnected");
    this.state = "open";
  }
}

export class FakeDevice extends Emitter implements SdkDevice {
  audio = {
    setInputDevice: vi.fn(async () => {}),
    unsetInputDevice: vi.fn(async () => {}),
    speakerDevices: { set: vi.fn(async () => {}) },
  } satisfies SdkAudio;
  tokens: string[];
  calls: FakeCall[] = [];
  asked: unknown[] = [];
  destroyed = false;
  /** Settles connect(); when unset it never settles by itself. */
  connects: "at once" | "never" | "rejects" = "at once";
  settle: ((call: FakeCall) => void) | undefined;
  constructor(token: string) {
    super();
    this.tokens = [token];
  }
  connect(options: { params: Record<string, string> }): Promise<SdkCall> {
    this.asked.push(options);
    if (this.destroyed || this.calls.some((call) => call.state !== "closed")) {
      return Promise.reject(new Error("A Call is already active"));
    }
    if (this.connects === "rejects") return Promise.reject(undefined);
    if (this.connects === "never") return new Promise((resolve) => (this.settle = resolve));
    const call = new FakeCall();
    this.calls.push(call);
    return Promise.resolve(call);
  }
  updateToken(token: string) {
    this.tokens.push(token);
  }
  destroy() {
    for (const call of this.calls) call.disconnect();
    this.destroyed = true;
  }
}

/** A JWT as far as its life goes. */
export function jwt(seconds: number, n = 1): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) => btoa(JSON.stringify(value)).replaceAll("=", "");
  return `${part({ alg: "HS256", n })}.${part({ iat: now, exp: now + seconds })}.c2ln`;
}

export function fakeMicrophone() {
  const levels = new Set<(level: number) => void>();
  let trouble: Trouble | undefined;
  let wait: Promise<void> = Promise.resolve();
  const changes = new Set<() => void>();
  const state: MicrophoneState = { permission: "ok", microphones: [], speakers: [], chosen: "" };
  const microphone = {
    getState: () => state,
    onChange: (listener: () => void) => {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    check: vi.fn(async () => {
      await wait;
      return trouble;
    }),
    choose: vi.fn((id: string) => {
      state.chosen = id;
      for (const changed of changes) changed();
    }),
    onLevel: (listener: (level: number) => void) => {
      levels.add(listener);
      return () => levels.delete(listener);
    },
    lend: vi.fn(),
    close: vi.fn(),
  } satisfies Microphone;
  return {
    microphone,
    levels,
    fails: (next: Trouble | undefined) => {
      trouble = next;
    },
    /** The person does not answer the browser's question until the function returned is called. */
    holds: () => {
      let go = () => {};
      wait = new Promise((resolve) => {
        go = resolve;
      });
      return go;
    },
  };
}

export function fakeTabs() {
  const tabs = {
    elsewhere: vi.fn(() => false),
    onChange: () => () => {},
    take: vi.fn(async () => true),
    release: vi.fn(),
    close: vi.fn(),
  } satisfies Tabs;
  return tabs;
}

export interface Bench {
  phone: Softphone;
  devices: FakeDevice[];
  device(): FakeDevice;
  leg(): FakeCall;
  fetchToken: ReturnType<typeof vi.fn<(signal: AbortSignal) => Promise<string>>>;
  mic: ReturnType<typeof fakeMicrophone>;
  tabs: ReturnType<typeof fakeTabs>;
  speaker: { apply: ReturnType<typeof vi.fn>; choose: ReturnType<typeof vi.fn>; test: ReturnType<typeof vi.fn> };
  /** How the next Devices connect. */
  connects(how: FakeDevice["connects"]): void;
  /** The SDK is still being loaded until the function returned is called. */
  loads(): () => void;
  /** Calls, and lets everything happen that does not need time. */
  placed(): Promise<FakeCall>;
}

/** Lets promises settle; no time passes. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

export function bench(): Bench {
  const devices: FakeDevice[] = [];
  const mic = fakeMicrophone();
  const tabs = fakeTabs();
  const speaker = { apply: vi.fn(async () => {}), choose: vi.fn(async () => {}), test: vi.fn(async () => {}) };
  let connects: FakeDevice["connects"] = "at once";
  let loading: Promise<void> = Promise.resolve();
  let n = 0;
  const fetchToken = vi.fn(async (_: AbortSignal) => jwt(3600, ++n));
  const phone = createSoftphone({
    clock: realClock,
    fetchToken,
    makeDevice: async (token) => {
      await loading;
      const device = new FakeDevice(token);
      device.connects = connects;
      devices.push(device);
      return device;
    },
    microphone: mic.microphone,
    tabs,
    speaker: { canChoose: true, chosen: () => "", ...speaker },
  });
  const last = <T>(of: T[] | undefined, what: string): T => {
    const found = of?.at(-1);
    if (!found) throw new Error(`no ${what} yet`);
    return found;
  };
  const device = () => last(devices, "device");
  const leg = () => last(device().calls, "call");
  return {
    phone,
    devices,
    device,
    leg,
    fetchToken,
    mic,
    tabs,
    speaker,
    connects: (how) => {
      connects = how;
    },
    loads: () => {
      let done = () => {};
      loading = new Promise((resolve) => {
        done = resolve;
      });
      return done;
    },
    placed: async () => {
      void phone.call(target);
      await settled();
      return leg();
    },
  };
}
