// For the tests alone: a browser's microphones, as far as the page sees them.
import { vi } from "vitest";

export const device = (kind: MediaDeviceKind, deviceId: string, label = deviceId) =>
  ({ kind, deviceId, label, groupId: "" }) as MediaDeviceInfo;

export function fakePage() {
  const opened: { constraints: MediaStreamConstraints | undefined; stop: ReturnType<typeof vi.fn> }[] = [];
  const media = new EventTarget();
  const devices = {
    list: [
      device("audioinput", "m1"),
      device("audioinput", "m2"),
      device("audiooutput", "s1"),
      device("videoinput", "v1"),
    ],
  };
  let permission: PermissionState | Error = "granted";
  const getUserMedia = vi.fn(async (constraints?: MediaStreamConstraints) => {
    const stop = vi.fn();
    opened.push({ constraints, stop });
    return { getTracks: () => [{ stop }] } as unknown as MediaStream;
  });
  const mediaDevices = Object.assign(media, { getUserMedia, enumerateDevices: async () => devices.list });
  const query = async () => {
    if (permission instanceof Error) throw permission;
    return { state: permission } as PermissionStatus;
  };
  return {
    opened,
    devices,
    getUserMedia,
    plug: () => media.dispatchEvent(new Event("devicechange")),
    permits: (next: PermissionState | Error) => {
      permission = next;
    },
    surroundings: {
      isSecureContext: true,
      RTCPeerConnection: class {} as unknown,
      navigator: { mediaDevices: mediaDevices as unknown as MediaDevices, permissions: { query } },
    },
  };
}

export const contexts: { close: ReturnType<typeof vi.fn> }[] = [];
export function makeContext(): AudioContext {
  const context = {
    createAnalyser: () => ({ fftSize: 0, getFloatTimeDomainData: (wave: Float32Array) => wave.fill(0.25) }),
    createMediaStreamSource: () => ({ connect: () => {} }),
    close: vi.fn(async () => {}),
    resume: async () => {},
  };
  contexts.push(context);
  return context as unknown as AudioContext;
}
