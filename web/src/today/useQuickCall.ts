import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { choicesOf } from "../appointment/targets";
import type { Appointment } from "../backend";
import type { Target } from "../calling/state";
import { keys } from "../live/caches";
import { useServices } from "../services";
import { OVER, patientsOf } from "./day";

/** Whether an appointment can be called for without asking anything: one number, nobody has died, nothing is off. */
export function isPlain(appointment: Appointment): boolean {
  const patients = patientsOf(appointment);
  const known = patients.reduce((sum, { phones }) => sum + phones.length, 0);
  if ((appointment.numbers ?? known) !== 1 || patients.length !== 1) return false;
  return (
    !patients.some(({ deceased }) => deceased) && (!OVER.has(appointment.status) || appointment.status === "fulfilled")
  );
}

export interface QuickCall {
  /** The id of the appointment whose number is being fetched. */
  fetching: string | undefined;
  /** Calls its only number. False where there is a choice or a doubt, or no answer: its own page tells then. */
  call(id: string): Promise<boolean>;
}

/** Calls for an appointment that is not open. */
export function useQuickCall(): QuickCall {
  const { backend, softphone } = useServices();
  const client = useQueryClient();
  const [fetching, setFetching] = useState<string>();
  return {
    fetching,
    async call(id) {
      setFetching(id);
      const target = await client
        .fetchQuery({
          queryKey: keys.appointment(id),
          queryFn: ({ signal }) => backend.appointment(id, signal),
          staleTime: 0, // a number may have changed since
        })
        .then(onlyTarget, () => undefined);
      setFetching(undefined);
      if (target) void softphone.call(target);
      return target !== undefined;
    },
  };
}

/** A related person is only ever chosen by hand. */
function onlyTarget(appointment: Appointment): Target | undefined {
  const phones = (appointment.phones ?? []).filter(({ refusal }) => !refusal);
  const [only, ...others] = choicesOf({ ...appointment, phones });
  if (!only?.own || others.length > 0 || (only.target.doubts ?? []).length > 0) return undefined;
  return only.target;
}
