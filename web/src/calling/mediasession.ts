// The buttons of a headset and of the keyboard's media row: while a call is live they mute and hang up (W3C, "Media
// Session": the actions of a video conference).
import type { Softphone } from "./state";
import { isLive } from "./transitions";

type Action = "togglemicrophone" | "hangup";

/** The part of the browser's media session that calls use; older browsers know neither the actions nor the microphone. */
export interface CallMediaSession {
  setActionHandler(action: Action, handler: (() => void) | null): void;
  setMicrophoneActive?(active: boolean): void;
}

export function followMediaSession(
  phone: Pick<Softphone, "getState" | "subscribe" | "setMuted" | "end">,
  session: CallMediaSession | undefined,
): () => void {
  if (!session) return () => {};
  let on = false;
  let active: boolean | undefined;

  const handle = (action: Action, handler: (() => void) | null) => {
    try {
      session.setActionHandler(action, handler);
    } catch {
      // this browser does not know the action
    }
  };
  const toggle = () => {
    const { call } = phone.getState();
    if (isLive(call)) phone.setMuted(!call.muted);
  };
  const look = () => {
    const { call } = phone.getState();
    const live = isLive(call);
    if (live !== on) {
      on = live;
      active = undefined;
      handle("togglemicrophone", live ? toggle : null);
      handle("hangup", live ? () => phone.end() : null);
    }
    const speaking = live && !call.muted;
    if (!live || speaking === active) return;
    active = speaking;
    session.setMicrophoneActive?.(speaking);
  };

  look();
  const unsubscribe = phone.subscribe(look);
  return () => {
    unsubscribe();
    if (!on) return;
    handle("togglemicrophone", null);
    handle("hangup", null);
  };
}
