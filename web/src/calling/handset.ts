// The SDK's Device: made once, given new tokens, and thrown away when it is
// stuck. Its own connect() may never settle (it waits for a socket for ever),
// so every placing has a limit and can be called off.
import type { Clock } from "./clock";
import { isTokenError, type SdkAudio, type SdkCall, type SdkDevice, type SdkError } from "./sdk";

const connectWithin = 15_000;

/** Why a call could not be placed. */
export class NotPlaced extends Error {
  constructor(readonly why: "token" | "placing" | "loading" | "called-off") {
    super(why);
  }
}

export interface Placing {
  params: Record<string, string>;
  /** Id of the microphone; "" leaves it to the browser. */
  microphone: string;
}

export interface Handset {
  /** Places a call. Rejects with NotPlaced; the Device is then gone, so that the next try begins anew. */
  place(token: string, placing: Placing): Promise<SdkCall>;
  /** Calls off a placing that goes on. */
  callOff(): void;
  /**
   * Ends a call so that it can ring nobody any more. Without a SID it may still wait in the SDK's queue for the socket
   * to come back, while a hang-up is not queued at all (Call._disconnect): only with its Device does it go.
   */
  hangUp(call: SdkCall | undefined): void;
  /** Frees the Device, which may be stuck. */
  destroy(): void;
  updateToken(token: string): void;
  /** Lets it be rung, until it is let go or the Device is gone. Rejects when that could not be asked for. */
  register(token: string): Promise<void>;
  unregister(): void;
  audio(): SdkAudio | null;
  /** A microphone chosen during a call stays open until then. */
  giveBackMicrophone(): void;
}

export interface HandsetDeps {
  makeDevice(token: string): Promise<SdkDevice>;
  clock: Clock;
  /** The gateway does not like the token, and no placing is waiting for it. */
  tokenRefused(): void;
  tokenWillExpire(): void;
  /** It is rung. */
  incoming(call: SdkCall): void;
  /** Whether it can be rung has changed. */
  registered(on: boolean): void;
}

export function createHandset(deps: HandsetDeps): Handset {
  let device: SdkDevice | null = null;
  let given = "";
  /** Counts the Devices thrown away: one that was still being made then is not wanted any more. */
  let thrown = 0;
  let fallThrough: ((why: NotPlaced["why"]) => void) | null = null;

  async function ready(token: string): Promise<SdkDevice> {
    if (device) {
      updateToken(token);
      return device;
    }
    const mine = thrown;
    const made = await deps.makeDevice(token);
    if (mine !== thrown) {
      made.destroy();
      throw new NotPlaced("called-off");
    }
    made.on("error", (error: SdkError) => {
      if (device !== made || !isTokenError(error)) return; // the others end a placing by its time limit, and a call by its own events
      if (fallThrough) fallThrough("token");
      else deps.tokenRefused();
    });
    made.on("tokenWillExpire", () => device === made && deps.tokenWillExpire());
    made.on("incoming", (call: SdkCall) => device === made && deps.incoming(call));
    made.on("registered", () => device === made && deps.registered(true));
    made.on("unregistered", () => device === made && deps.registered(false));
    // The SDK frees it when the page goes into the browser's cache of pages.
    made.on("destroyed", () => {
      if (device !== made) return;
      device = null;
      deps.registered(false);
    });
    device = made;
    given = token;
    return made;
  }

  function updateToken(token: string): void {
    if (!device || token === given) return;
    given = token;
    device.updateToken(token);
  }

  function destroy(): void {
    thrown += 1;
    const old = device;
    device = null;
    fallThrough?.("called-off");
    old?.destroy();
    if (old) deps.registered(false);
  }

  function hangUp(call: SdkCall | undefined): void {
    if (!call) return;
    call.disconnect();
    if (!call.parameters.CallSid) destroy();
  }

  function giveBackMicrophone(): void {
    device?.audio?.unsetInputDevice().catch(() => {}); // no microphone was chosen, or it is gone
  }

  function place(token: string, placing: Placing): Promise<SdkCall> {
    return new Promise<SdkCall>((resolve, reject) => {
      let open = true;
      const close = () => {
        if (!open) return false;
        open = false;
        deps.clock.clearTimeout(limit);
        fallThrough = null;
        return true;
      };
      const fail = (why: NotPlaced["why"]) => {
        if (!close()) return;
        reject(new NotPlaced(why));
        destroy();
      };
      fallThrough = fail;
      const limit = deps.clock.setTimeout(() => fail("placing"), connectWithin);
      const begin = async () => {
        const phone = await ready(token);
        if (open) await connected(phone);
      };
      const connected = async (phone: SdkDevice) => {
        const call = await phone.connect({ params: placing.params, ...microphone(placing.microphone) });
        if (close()) resolve(call);
        else call.disconnect(); // it was called off while the SDK placed it
      };
      begin().catch((error) => fail(error instanceof NotPlaced ? error.why : "placing"));
    });
  }

  async function register(token: string): Promise<void> {
    await (await ready(token)).register();
  }

  return {
    place,
    register,
    unregister: () => void device?.unregister().catch(() => {}), // it was not registered
    callOff: () => fallThrough?.("called-off"),
    hangUp,
    destroy,
    updateToken,
    giveBackMicrophone,
    audio: () => device?.audio ?? null,
  };
}

/** `ideal`: a headset that was unplugged since must not hinder the call. */
function microphone(id: string): { rtcConstraints?: MediaStreamConstraints } {
  return id ? { rtcConstraints: { audio: { deviceId: { ideal: id } } } } : {};
}
