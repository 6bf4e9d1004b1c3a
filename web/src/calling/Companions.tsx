// What goes along with a call outside of the dock.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { choicesOf } from "../appointment/targets";
import type { Appointment } from "../backend";
import { keys } from "../live/caches";
import { useMe } from "../queries";
import { useServices, useSessionState } from "../services";
import { browserNotifier, followAttention } from "./attention";
import { useSoftphone } from "./context";
import { keepCutOff, nthAmong } from "./cutoff";
import { type CallMediaSession, followMediaSession } from "./mediasession";
import { tellsElsewhere } from "./telling";

/** Whether one can be rung, the headset's buttons, what is told in another window, and what a page that is lost leaves behind. */
export function Companions() {
  const { live } = useServices();
  const { phone } = useSoftphone();
  const client = useQueryClient();
  const { conference, clinician } = useMe();
  const signedIn = useSessionState().kind === "in";
  const rung = (conference ?? false) && clinician && signedIn;
  useEffect(() => {
    if (!rung) return undefined;
    phone.beRung(true);
    return () => phone.beRung(false);
  }, [phone, rung]);
  useEffect(() => {
    const session = navigator.mediaSession as unknown as CallMediaSession | undefined;
    return followMediaSession(phone, session);
  }, [phone]);
  useEffect(() => {
    const notifier = browserNotifier(window);
    return notifier && followAttention({ phone, live, notifier, wanted: tellsElsewhere, page: window });
  }, [phone, live]);
  useEffect(
    () =>
      keepCutOff(phone, sessionStorage, (target) => {
        const known = client.getQueryData<Appointment>(keys.appointment(target.appointment));
        return (
          known &&
          nthAmong(
            choicesOf(known).map((one) => one.target),
            target,
          )
        );
      }),
    [phone, client],
  );
  return null;
}
