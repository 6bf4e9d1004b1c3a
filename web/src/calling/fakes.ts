// For the tests alone: stand-ins that behave as the SDK does, traps included.
import { vi } from "vitest";
import type { Listener, SdkAudio, SdkCall, SdkDevice, SdkError } from "./sdk";
import type { Target } from "./state";

export const target: Target = {
  appointment: "a1",
  number: "+447700900142",
  recipient: "Patient/p1",
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
  device: FakeDevice | undefined;
  tracks = [{ stop: vi.fn() }];
  customParameters = new Map<string, string>();
  accept(options?: object) {
    this.done.push(`accept ${JSON.stringify(options ?? {})}`);
  }
  reject() {
    this.done.push("reject");
    this.state = "closed";
    this.emit("reject");
  }
  /** Who rang gave up, or it was answered elsewhere. */
  cancelled() {
    this.state = "closed";
    this.emit("cancel");
  }
  status() {
    return this.state;
  }
  disconnect() {
    if (this.state === "closed") return;
    this.done.push("disconnect");
    // The SDK sends no hang-up while its socket is down, and queues none (Call._disconnect).
    if (this.device?.signalling) this.device.invited.delete(this);
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
  /** Whether it can be rung; what register() does. */
  registers: "at once" | "rejects" = "at once";
  async register() {
    if (this.registers === "rejects") throw new Error("31204");
    this.emit("registered");
  }
  async unregister() {
    this.emit("unregistered");
  }
  /** Somebody asks whoever is here to join a call. */
  rings(key: string) {
    const call = new FakeCall();
    call.device = this;
    call.state = "pending";
    call.customParameters.set("call", key);
    this.emit("incoming", call);
    return call;
  }
  /** Settles connect(); when unset it never settles by itself. */
  connects: "at once" | "never" | "rejects" = "at once";
  settle: ((call: FakeCall) => void) | undefined;
  /** Whether the socket is up. connect() does not wait for one that was up before: the invitation is queued. */
  signalling = true;
  /** Calls that the gateway was asked for and not told to end: the patient's phone rings. */
  invited = new Set<FakeCall>();
  private queue: FakeCall[] = [];
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
    call.device = this;
    this.calls.push(call);
    if (this.signalling) this.invited.add(call);
    else this.queue.push(call);
    return Promise.resolve(call);
  }
  signallingBack() {
    this.signalling = true;
    if (!this.destroyed) for (const call of this.queue.splice(0)) this.invited.add(call);
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
