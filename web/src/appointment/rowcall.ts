// A call from outside the appointment's own page: from a row of the day, or to
// whoever is next. It is placed where nothing is left to choose or to be asked.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Appointment } from "../backend";
import type { Target } from "../calling/state";
import { asksFirst } from "../calling/transitions";
import { keys } from "../live/caches";
import { useServices } from "../services";
import { choicesOf, firstChoice } from "./targets";

/** The one whom a call goes to without a question; none where somebody is to be chosen, or asked about first. */
export function onlyTarget(appointment: Appointment): Target | undefined {
  const choices = choicesOf(appointment);
  const [only, ...others] = choices.filter(({ refusal }) => !refusal);
  if (!only || others.length > 0 || firstChoice(choices) !== only || asksFirst(only.target)) return undefined;
  return only.target;
}

export interface RowCall {
  /** Places the call, or opens the appointment where a choice or a doubt is left, or it could not be read. */
  callOrOpen(appointment: Pick<Appointment, "id">): Promise<void>;
  /** Id of the appointment whose number is being looked up: for a moment after the click. */
  pending: string | undefined;
}

/** Older than this, the numbers of an appointment are looked up again before a call. */
const FRESH = 15_000;

export function useRowCall(): RowCall {
  const { backend, softphone } = useServices();
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [pending, setPending] = useState<string>();

  async function callOrOpen({ id }: Pick<Appointment, "id">): Promise<void> {
    if (pending !== undefined) return; // one click, one call
    setPending(id);
    const appointment = await client
      .fetchQuery({
        queryKey: keys.appointment(id),
        queryFn: ({ signal }) => backend.appointment(id, signal),
        staleTime: FRESH,
      })
      .catch(() => undefined); // its page says what is wrong, and asks again
    setPending(undefined);
    const target = appointment && onlyTarget(appointment);
    if (target) void softphone.call(target);
    else navigate(`/appointments/${encodeURIComponent(id)}`);
  }

  return { callOrOpen, pending };
}
