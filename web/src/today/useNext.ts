import type { Appointment, CalledBack } from "../backend";
import { useLive } from "../services";
import { nextOf } from "./next";

/** Whom to turn to next, with who rang back since the list came. */
export function useNext(
  appointments: readonly Appointment[] | undefined,
  current: string | undefined,
): Appointment | undefined {
  const told = useCalledBack();
  return appointments && nextOf(appointments, told, current);
}

/** Who rang back, by the appointment, as far as it was told. */
export function useCalledBack(): ReadonlyMap<string, CalledBack> {
  return useLive(({ calledBack }) => calledBack);
}
