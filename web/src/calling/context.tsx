import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { Announcer } from "./Announcer";
import { DevicesProvider } from "./devices";
import { inCall } from "./joined";
import type { Softphone, SoftphoneState } from "./state";

import { useLeaveProtection } from "./useLeaveProtection";

const Context = createContext<Softphone | null>(null);

/**
 * Hands the page's one phone to the screens. What holds on every screen lives here too: a call is announced to screen
 * readers, and the tab is not closed in the middle of it.
 */
export function SoftphoneProvider({ softphone, children }: { softphone: Softphone; children: ReactNode }) {
  return (
    <Context value={softphone}>
      <DevicesProvider>{children}</DevicesProvider>
      <Announcer />
      <LeaveProtection />
    </Context>
  );
}

export function useSoftphone(): { state: SoftphoneState; phone: Softphone } {
  const phone = useContext(Context);
  if (!phone) throw new Error("useSoftphone needs a SoftphoneProvider above it");
  const state = useSyncExternalStore(phone.subscribe, phone.getState);
  return { state, phone };
}

function LeaveProtection() {
  const { state } = useSoftphone();
  useLeaveProtection(inCall(state));
  return null;
}
