// The sound test's own Device: set up as for calls, short-lived, and with its peer connection within reach.
import type { Device } from "@twilio/voice-sdk";
import { deviceOptions } from "../calling/browser";
import type { Settings } from "../settings";
import type { ProbeCall, ProbeDeps } from "./probe";

/** Ids; "": the browser's choice. */
export interface Chosen {
  microphone: string;
  speaker: string;
}

export function makeProbeDevice(settings: Settings, chosen: Chosen): ProbeDeps["makeDevice"] {
  return async (token, opened) => {
    const { Device } = await import("@twilio/voice-sdk");
    const device = new Device(token, {
      ...deviceOptions(settings, document.baseURI),
      RTCPeerConnection: watched(opened),
      closeProtection: false, // nobody is cut off when the test is left
    } as Device.Options);
    // Without it the SDK hears no levels.
    await Device.audioContext?.resume().catch(() => {});
    return {
      async connect({ params }) {
        const audio = chosen.microphone ? { deviceId: { ideal: chosen.microphone } } : true;
        const call = await device.connect({ params, rtcConstraints: { audio } });
        if (chosen.speaker) await device.audio?.speakerDevices.set(chosen.speaker).catch(() => {}); // unplugged: the default
        return call as unknown as ProbeCall;
      },
      destroy: () => device.destroy(),
    };
  };
}

type Opened = Parameters<ProbeDeps["makeDevice"]>[1];

/** The SDK keeps its connection to itself, but lets one say which class to make it of. */
function watched(opened: Opened): typeof RTCPeerConnection {
  return class extends RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      super(config);
      opened(this, config);
    }
  };
}
