import type { Appointment } from "../backend";
import { useLive } from "../services";
import { nextOf } from "./next";

/** Whom to turn to next, with who rang back since the list came. */
export function useNext(
  appointments: readonly Appointment[] | undefined,
  current: string | undefined,
): Appointment | undefined {
  const told = useLive(({ calledBack }) => calledBack);
  return appointments && nextOf(appointments, told, current);
}
