// The numbers of a call's appointment, as the record has them now.
import { useQuery } from "@tanstack/react-query";
import { choicesOf } from "../appointment/targets";
import type { Appointment, Phone } from "../backend";
import { keys } from "../live/caches";
import { useServices } from "../services";
import { say } from "../words";
import { cameToNothing } from "./again";
import { calleeOf, hasDied } from "./callee";
import { sameTarget } from "./face";
import type { CallState, Target } from "./state";

const MINUTE = 60_000;

/** The appointment of a call; without an id none is asked for. */
export function useAppointmentOf(id: string | undefined) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.appointment(id ?? ""),
    queryFn: ({ signal }) => backend.appointment(id ?? "", signal),
    enabled: id !== undefined,
    staleTime: MINUTE,
  });
}

export interface OtherNumber {
  target: Target;
  /** "Call Mrs Margaret Ellis’s home number ending 0018" */
  label: string;
}

/** Where the same person may be reached when a call came to nothing. Others are chosen in the appointment, by hand. */
export function useOtherNumbers(call: CallState | null): OtherNumber[] {
  const wanted = call !== null && cameToNothing(call);
  const { data: appointment } = useAppointmentOf(wanted ? call.target.appointment : undefined);
  return wanted && appointment ? otherNumbers(appointment, call.target) : [];
}

export function otherNumbers(appointment: Appointment, tried: Target): OtherNumber[] {
  const phones = appointment.phones ?? [];
  return choicesOf(appointment).flatMap(({ target }) => {
    if (target.recipient !== tried.recipient || sameTarget(target, tried)) return [];
    const phone = phones.find((one) => one.of === target.recipient && one.number === target.number);
    return phone?.refusal ? [] : [{ target, label: labelOf(target, phone?.use) }];
  });
}

function labelOf(target: Target, use: Phone["use"]): string {
  const named = { name: calleeOf(target), ending: target.ending };
  if (hasDied(target)) return say("calling:offer.otherHousehold", named);
  const known = use === "home" || use === "work" || use === "mobile" ? use : "other";
  return say(`calling:offer.${known}`, named);
}
