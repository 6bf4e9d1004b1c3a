// The softphone with the real SDK and the real browser. The SDK is loaded when
// the page is idle, so that it is no part of the first load.
import type { Device as SdkDevice } from "@twilio/voice-sdk";
import type { Settings } from "../settings";
import { realClock } from "./clock";
import { NotPlaced } from "./handset";
import { createMicrophone } from "./microphone";
import { createNetwork } from "./network";
import { remembered } from "./remembered";
import { createSoftphone, type SoftphoneDeps } from "./softphone";
import { createSpeaker } from "./speaker";
import type { Softphone } from "./state";
import { createTabs, lockName } from "./tabs";

type Options = SdkDevice.Options;

const keys = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "s", "h"] as const;

/** Addresses of our own sounds: the SDK fetches from Twilio each one that is not given. */
export function sounds(base: string): Record<string, string> {
  const at = (name: string) => new URL(`./sounds/${name}.wav`, base).href;
  return {
    incoming: at("incoming"),
    outgoing: at("outgoing"),
    disconnect: at("disconnect"),
    ...Object.fromEntries(keys.map((key) => [`dtmf${key}`, at(`dtmf-${key}`)])),
  };
}

/**
 * `chunderw` names other gateways than Twilio's, but the SDK makes wss:// addresses of the names. It asks the list to
 * map itself, so a list with its own `map` gives the address as it is. It must be empty: what it holds would be made a
 * wss:// address again when the socket is lost.
 */
export function gateway(signalling: string): string[] {
  return Object.assign([] as string[], { map: () => [signalling] });
}

export function deviceOptions(settings: Settings, base: string): Options {
  const options: Options = {
    appName: "careline",
    appVersion: settings.version,
    closeProtection: true,
    // As plain strings, since Call.Codec would load the SDK. PCMU is offered second and may be answered.
    codecPreferences: ["opus", "pcmu"] as unknown as NonNullable<Options["codecPreferences"]>,
    enableImprovedSignalingErrorPrecision: true,
    // Nothing: what goes wrong is shown, and the gateway's words in the SDK's log could hold a number.
    logLevel: "silent",
    maxCallSignalingTimeoutMs: 30_000,
    sounds: sounds(base) as NonNullable<Options["sounds"]>,
    tokenRefreshMs: 30_000,
  };
  if (settings.edge) options.edge = settings.edge;
  const untyped = {
    publishEvents: settings.publishEvents,
    ...(settings.signalling ? { chunderw: gateway(settings.signalling) } : {}),
  };
  return Object.assign(options, untyped);
}

/**
 * Loads the SDK when the page has nothing else to do: by the time of a call the connection may be down, or the server
 * have a newer version only. Browsers may remember an import that failed, so nothing but a new page helps then.
 */
export function sdkLoader<Sdk>(importing: () => Promise<Sdk>, idle: (run: () => void) => void): () => Promise<Sdk> {
  const load = async () => {
    try {
      return await importing();
    } catch {
      throw new NotPlaced("loading");
    }
  };
  idle(() => void load().catch(() => {})); // told when somebody calls
  return load;
}

function whenIdle(run: () => void): void {
  if (typeof requestIdleCallback === "function") requestIdleCallback(run, { timeout: 10_000 });
  else setTimeout(run, 2_000); // Safari
}

type Service = Pick<SoftphoneDeps, "fetchToken" | "endCall" | "available">;

export function browserSoftphone(settings: Settings, service: Service): Softphone {
  const base = document.baseURI;
  const clock = realClock;
  const load = sdkLoader(() => import("@twilio/voice-sdk"), whenIdle);
  return createSoftphone({
    clock,
    ...service,
    locks: navigator.locks,
    async makeDevice(token) {
      const { Device } = await load();
      const device = new Device(token, deviceOptions(settings, base));
      // The SDK never resumes it; without it there are no levels and no warnings of silence.
      void Device.audioContext?.resume().catch(() => {});
      return device;
    },
    microphone: createMicrophone({
      page: window,
      makeContext: () => new AudioContext(),
      clock,
      remembered: remembered("microphone"),
    }),
    speaker: createSpeaker({
      makeAudio: (url) => new Audio(url),
      testSound: new URL("./sounds/test.wav", base).href,
      canChoose: "setSinkId" in HTMLMediaElement.prototype,
      remembered: remembered("speaker"),
    }),
    network: createNetwork(window),
    tabs: createTabs({
      locks: navigator.locks,
      channel: typeof BroadcastChannel === "function" ? new BroadcastChannel(lockName) : undefined,
      clock,
    }),
  });
}
