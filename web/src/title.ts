import { useEffect } from "react";
import type { CallState } from "./calling/state";
import { minutesAndSeconds } from "./calling/words";
import { useServices } from "./services";

const APP = "Clinic calls";

/**
 * The window's title; during a call the call comes first. It is seen in the
 * taskbar and kept in the history, so it never has a name. It is set past
 * React: a page need not be drawn again each second for it.
 */
export function useTitle(page: string): void {
  const { softphone } = useServices();
  useEffect(() => {
    const set = () => {
      document.title = `${callWords(softphone.getState().call, Date.now()) ?? page} – ${APP}`;
    };
    set();
    const timer = setInterval(set, 1_000);
    const unsubscribe = softphone.subscribe(set);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [page, softphone]);
}

function callWords(call: CallState | null, now: number): string | undefined {
  switch (call?.phase) {
    case "preparing":
    case "ringing":
      return "Calling…";
    case "connected":
    case "reconnecting":
      return `In call ${minutesAndSeconds(passed(call, now))}`;
    default:
      return undefined;
  }
}

/** Whole seconds. */
function passed(call: CallState, now: number): number {
  return Math.max(0, Math.floor((now - (call.answeredAt ?? now)) / 1_000));
}
