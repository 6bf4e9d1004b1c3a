// The moment after a call that ended by itself: the page changes while somebody aims at something in it.
import { useEffect, useState } from "react";
import { useInCall, usePhone } from "../services";

/** Longer than it takes to see that something has changed, and to hold back. In ms. */
export const MOMENT = 700;

/** Whether a call has just ended without a press of ours: a press now was meant for what stood there before. */
export function useSettling(): boolean {
  const inCall = useInCall();
  const byUs = usePhone(({ call }) => call?.endedBy === "you");
  const [was, setWas] = useState(inCall);
  const [settling, setSettling] = useState(false);
  // While rendering: there is no picture of the page in which it could be pressed.
  if (was !== inCall) {
    setWas(inCall);
    setSettling(was && !byUs);
  }

  useEffect(() => {
    if (!settling) return;
    const timer = setTimeout(() => setSettling(false), MOMENT);
    return () => clearTimeout(timer);
  }, [settling]);
  return settling;
}

/** Whether nobody can be called from the page: in a call, and in the moment after it. */
export function useCallsOff(): boolean {
  const settling = useSettling();
  return useInCall() || settling;
}
