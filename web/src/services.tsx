import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Drafts } from "./after/drafts";
import type { OwedLooks } from "./appointment/owedlooks";
import type { Backend } from "./backend";
import { inCall } from "./calling/joined";
import type { Softphone, SoftphoneState } from "./calling/state";

import type { ClinicTime } from "./clinictime";
import type { Live, LiveState } from "./live/live";
import type { Session, SessionState } from "./session/contract";
import type { Idle } from "./session/idle";
import type { Settings } from "./settings";

/** What the screens work with; made once, in main.tsx. */
export interface Services {
  settings: Settings;
  session: Session;
  backend: Backend;
  live: Live;
  softphone: Softphone;
  /** The notes that are being written. */
  drafts: Drafts;
  /** Numbers that were shown while the service was away. */
  owedLooks: OwedLooks;
  time: ClinicTime;
  idle: Idle;
}

const Context = createContext<Services | null>(null);

export function ServicesProvider({ services, children }: { services: Services; children: ReactNode }) {
  return <Context value={services}>{children}</Context>;
}

export function useServices(): Services {
  const services = useContext(Context);
  if (!services) throw new Error("No services above this component: put it inside ServicesProvider.");
  return services;
}

export function useSessionState(): SessionState {
  const { session } = useServices();
  return useSyncExternalStore(session.subscribe, session.getState);
}

/** `pick` must give back the same object for the same state. */
export function useLive<T>(pick: (state: LiveState) => T): T {
  const { live } = useServices();
  return useSyncExternalStore(live.subscribe, () => pick(live.getState()));
}

/** `pick` must give back the same object for the same state. */
export function usePhone<T>(pick: (state: SoftphoneState) => T): T {
  const { softphone } = useServices();
  return useSyncExternalStore(
    (listener) => softphone.subscribe(listener),
    () => pick(softphone.getState()),
  );
}

/** Whether a call is going on, in any of its states. */
export function useInCall(): boolean {
  return usePhone(inCall);
}
