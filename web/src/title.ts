import { useEffect } from "react";
import { minutesAndSeconds } from "./calling/duration";
import type { CallState } from "./calling/state";
import { useServices } from "./services";
import { say } from "./words";

/**
 * The window's title; during a call the call comes first. It is seen in the
 * taskbar and kept in the history, so it never has a name. It is set past
 * React: a page need not be drawn again each second for it.
 */
export function useTitle(page: string): void {
  const { softphone } = useServices();
  useEffect(() => {
    const set = () => {
      const { call, joined } = softphone.getState();
      const rung = joined?.phase === "ringing" ? say("calling:title.rung") : undefined;
      const said = rung ?? callWords(call, Date.now(), document.hasFocus());
      document.title = say("calling:title.page", { page: said ?? page, app: say("calling:title.app") });
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

function callWords(call: CallState | null, now: number, seen: boolean): string | undefined {
  switch (call?.phase) {
    case "preparing":
      return say("calling:title.calling");
    case "ringing":
      return say("calling:title.ringing");
    case "connected":
    case "reconnecting":
      return say("calling:title.inCall", { time: minutesAndSeconds(passed(call, now)) });
    case "ended":
      return seen ? undefined : say("calling:title.ended"); // for whoever is in another window
    default:
      return undefined;
  }
}

/** Whole seconds. */
function passed(call: CallState, now: number): number {
  return Math.max(0, Math.floor((now - (call.answeredAt ?? now)) / 1_000));
}
