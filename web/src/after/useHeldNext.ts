import { useEffect, useState } from "react";
import type { Appointment } from "../backend";
import { MOMENT } from "../calling/settling";
import { isWaiting } from "../today/next";
import { useCalledBack, useNext } from "../today/useNext";

interface HeldNext {
  next: Appointment | undefined;
  /** Somebody else stood there before. */
  changed: boolean;
}

/** Whom to turn to next, who stays it for as long as they wait: another list puts nobody else under a press. */
export function useHeldNext(appointments: readonly Appointment[] | undefined, current: string): HeldNext {
  const told = useCalledBack();
  const first = useNext(appointments, current);
  const [held, setHeld] = useState<string>();
  const [changed, setChanged] = useState(false);
  const stays = appointments?.find((one) => one.id === held && isWaiting(one, told));
  const next = stays ?? first;
  if (next && next.id !== held) {
    setHeld(next.id);
    setChanged(held !== undefined);
  }
  return { next, changed };
}

/** True for a moment from the first picture on, if at all: a press then was meant for what stood there before. */
export function useMoment(begins: boolean): boolean {
  const [on, setOn] = useState(begins);
  useEffect(() => {
    if (!on) return;
    const timer = setTimeout(() => setOn(false), MOMENT);
    return () => clearTimeout(timer);
  }, [on]);
  return on;
}
