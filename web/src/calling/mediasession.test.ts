import { describe, expect, it, vi } from "vitest";
import { followMediaSession } from "./mediasession";
import { call, fakePhone } from "./playing";

function stub() {
  const handlers = new Map<string, (() => void) | null>();
  const active: boolean[] = [];
  return {
    handlers,
    active,
    session: {
      setActionHandler: (action: string, handler: (() => void) | null) => void handlers.set(action, handler),
      setMicrophoneActive: (next: boolean) => void active.push(next),
    },
  };
}

describe("the headset's buttons", () => {
  it("mute, unmute and hang up while a call is live, and do nothing else", () => {
    const { phone, change } = fakePhone();
    const { handlers, active, session } = stub();
    const stop = followMediaSession(phone, session);
    expect([...handlers]).toEqual([]);
    change({ call: call({ phase: "ringing" }) });
    change({ call: call() });
    handlers.get("togglemicrophone")?.();
    expect(phone.setMuted).toHaveBeenLastCalledWith(true);
    change({ call: call({ muted: true }) });
    handlers.get("togglemicrophone")?.();
    expect(phone.setMuted).toHaveBeenLastCalledWith(false);
    expect(active, "the system's own sign of the microphone").toEqual([true, false]);
    handlers.get("hangup")?.();
    expect(phone.end).toHaveBeenCalledTimes(1);
    change({ call: call({ phase: "ended" }) });
    expect([...handlers.values()]).toEqual([null, null]);
    stop();
  });

  it("are let go of with the page", () => {
    const { phone } = fakePhone({ call: call() });
    const { handlers, session } = stub();
    followMediaSession(phone, session)();
    expect([...handlers.values()]).toEqual([null, null]);
  });

  it("are no hindrance in a browser that does not know them", () => {
    const { phone, change } = fakePhone();
    const refuses = vi.fn(() => {
      throw new TypeError("not a MediaSessionAction");
    });
    followMediaSession(phone, { setActionHandler: refuses });
    change({ call: call() });
    expect(refuses).toHaveBeenCalledTimes(2);
    followMediaSession(phone, undefined)();
  });
});
