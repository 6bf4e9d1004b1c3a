// The part of @twilio/voice-sdk that the softphone uses, so that it can be
// tested without the package and the package stays out of the first load.

// biome-ignore lint/suspicious/noExplicitAny: what an event carries, as the SDK's own types have it
export type Listener = (...args: any[]) => void;

export interface SdkCall {
  /** CallSid is there from `ringing` or `accept` on. */
  readonly parameters: Record<string, string>;
  status(): string;
  on(event: string, listener: Listener): unknown;
  removeListener(event: string, listener: Listener): unknown;
  disconnect(): void;
  mute(muted?: boolean): void;
  sendDigits(digits: string): void;
  /** What came with one that rings here: by name. */
  readonly customParameters: ReadonlyMap<string, string>;
  accept(options?: { rtcConstraints?: MediaStreamConstraints }): void;
  reject(): void;
  getLocalStream(): MediaStream | undefined;
  getRemoteStream(): MediaStream | undefined;
}

export interface SdkAudio {
  setInputDevice(id: string): Promise<void>;
  unsetInputDevice(): Promise<void>;
  readonly speakerDevices: { set(id: string): Promise<void> };
}

export interface SdkDevice {
  readonly audio: SdkAudio | null;
  connect(options: { params: Record<string, string>; rtcConstraints?: MediaStreamConstraints }): Promise<SdkCall>;
  updateToken(token: string): void;
  /** From then on it can be rung; it emits "registered", and "unregistered" when it cannot any more. */
  register(): Promise<void>;
  unregister(): Promise<void>;
  destroy(): void;
  on(event: string, listener: Listener): unknown;
}

/** What the SDK reports; its codes are Twilio's (Twilio, "Error and Warning Dictionary"). */
export interface SdkError {
  code?: number;
  message?: string;
}

/** Codes by which Twilio says that the access token is not, or no longer, good. */
export function isTokenError(error: SdkError | undefined): boolean {
  const code = error?.code ?? 0;
  return [20101, 20104, 20151].includes(code) || (code >= 31201 && code <= 31205);
}

/** Codes by which the SDK says that it could not have the microphone. */
export function isMicrophoneError(error: SdkError | undefined): boolean {
  return error?.code === 31401 || error?.code === 31402;
}
