// For the tests alone: a softphone on a bench, with everything around it fake.
import { vi } from "vitest";
import { realClock } from "./clock";
import { type FakeCall, FakeDevice, jwt, target } from "./fakes";
import type { Microphone, MicrophoneState } from "./microphone";
import { createSoftphone } from "./softphone";
import type { Softphone, Trouble } from "./state";
import type { Tabs } from "./tabs";

export function fakeMicrophone() {
  const levels = new Set<(level: number) => void>();
  let trouble: Trouble | undefined;
  let wait: Promise<void> = Promise.resolve();
  const changes = new Set<() => void>();
  const state: MicrophoneState = { permission: "ok", microphones: [], speakers: [], chosen: "", lost: false };
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
  let changed = () => {};
  const tabs = {
    elsewhere: vi.fn(() => false),
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {};
    },
    /** Another tab's call begins or ends. */
    changes: (elsewhere: boolean) => {
      tabs.elsewhere.mockReturnValue(elsewhere);
      changed();
    },
    take: vi.fn(async () => true),
    release: vi.fn(),
    close: vi.fn(),
  } satisfies Tabs & { changes(elsewhere: boolean): void };
  return tabs;
}

export interface Bench {
  phone: Softphone;
  devices: FakeDevice[];
  device(): FakeDevice;
  leg(): FakeCall;
  fetchToken: ReturnType<typeof vi.fn<(signal: AbortSignal) => Promise<string>>>;
  /** The service's own way to end a call. */
  endCall: ReturnType<typeof vi.fn<(key: string, signal: AbortSignal) => Promise<void>>>;
  available: ReturnType<typeof vi.fn<(ready: boolean) => Promise<void>>>;
  mic: ReturnType<typeof fakeMicrophone>;
  tabs: ReturnType<typeof fakeTabs>;
  network: ReturnType<typeof fakeNetwork>;
  speaker: { apply: ReturnType<typeof vi.fn>; choose: ReturnType<typeof vi.fn>; test: ReturnType<typeof vi.fn> };
  /** How the next Devices connect. */
  connects(how: FakeDevice["connects"]): void;
  /** The SDK is still being loaded until the function returned is called. */
  loads(): () => void;
  /** The SDK cannot be loaded. */
  cannotLoad(why: Error): void;
  /** Calls, and lets everything happen that does not need time. */
  placed(): Promise<FakeCall>;
}

/** Lets promises settle; no time passes. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

function fakeNetwork() {
  let offline = false;
  const listeners = new Set<() => void>();
  return {
    network: {
      offline: () => offline,
      onChange: (listener: () => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    turn(next: boolean) {
      offline = next;
      for (const listener of listeners) listener();
    },
  };
}

export function bench(): Bench {
  const devices: FakeDevice[] = [];
  const mic = fakeMicrophone();
  const tabs = fakeTabs();
  const network = fakeNetwork();
  const speaker = { apply: vi.fn(async () => {}), choose: vi.fn(async () => {}), test: vi.fn(async () => {}) };
  let connects: FakeDevice["connects"] = "at once";
  let loading: Promise<void> = Promise.resolve();
  let n = 0;
  const fetchToken = vi.fn(async (_: AbortSignal) => jwt(3600, ++n));
  const endCall = vi.fn(async (_key: string, _signal: AbortSignal) => {});
  const available = vi.fn(async (_ready: boolean) => {});
  const phone = createSoftphone({
    clock: realClock,
    fetchToken,
    endCall,
    available,
    makeDevice: async (token) => {
      await loading;
      const device = new FakeDevice(token);
      device.connects = connects;
      devices.push(device);
      return device;
    },
    microphone: mic.microphone,
    tabs,
    network: network.network,
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
    endCall,
    available,
    mic,
    tabs,
    network,
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
    cannotLoad: (why) => {
      loading = Promise.reject(why);
      loading.catch(() => {});
    },
    placed: async () => {
      void phone.call(target);
      await settled();
      return leg();
    },
  };
}
