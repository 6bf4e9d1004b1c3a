// Whether the microphone and the speaker are shown: when somebody opens them, from the dock or from the header, and by
// themselves when something is wrong with them.
import { createContext, type ReactNode, useContext, useId, useMemo, useState } from "react";
import type { SoftphoneState } from "./state";
import { isLive } from "./transitions";

/** What is wrong with them, in a word; "": nothing. */
export type DeviceTrouble = "" | "silent" | "lost" | "trouble";

export interface Devices {
  /** Of the part of the page that shows them. */
  id: string;
  isOpen(wrong: DeviceTrouble): boolean;
  set(open: boolean, wrong: DeviceTrouble): void;
}

const Context = createContext<Devices | null>(null);

export function DevicesProvider({ children }: { children: ReactNode }) {
  const id = useId();
  const [chosen, choose] = useState<{ open: boolean; wrong: DeviceTrouble }>({ open: false, wrong: "" });
  const devices = useMemo(
    () => ({
      id,
      // Closed by hand they stay closed, until something else is wrong; opened by hand they stay open.
      isOpen: (wrong: DeviceTrouble) => chosen.open || (wrong !== "" && wrong !== chosen.wrong),
      set: (open: boolean, wrong: DeviceTrouble) => choose({ open, wrong }),
    }),
    [id, chosen],
  );
  return <Context value={devices}>{children}</Context>;
}

export function useDevices(): Devices {
  const devices = useContext(Context);
  if (!devices) throw new Error("useDevices needs a SoftphoneProvider above it");
  return devices;
}

export function deviceTrouble({ call, trouble, microphoneLost }: SoftphoneState): DeviceTrouble {
  if (trouble?.target && trouble.kind.startsWith("microphone-")) return "trouble";
  if (!isLive(call)) return "";
  if (microphoneLost) return "lost";
  return call.quality === "silent-microphone" ? "silent" : "";
}
