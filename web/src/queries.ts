// How the screens ask the service. The event stream renews what changes; these
// questions fill the screen and catch up after a break.
import { type DefaultOptions, useQuery } from "@tanstack/react-query";
import { BackendError } from "./backend";
import { isBehind } from "./history/words";
import { keys } from "./live/caches";
import type { Told } from "./live/live";
import { askAgainAfter, useAnswer, useFailures } from "./outage";
import { useLive, useServices, useSessionState } from "./services";

const MINUTE = 60_000;
/** Longer waits that the service asks for are not waited in silence: the page says what is wrong. */
const QUICK = 5_000;

export const queryOptions: DefaultOptions = {
  queries: {
    staleTime: 15_000,
    gcTime: 10 * MINUTE,
    // On one machine, or behind a proxy, the browser's idea of "online" is wrong.
    networkMode: "always",
    retry: (failures, error) =>
      failures < 2 && error instanceof BackendError && error.passing && (error.retryAfter ?? 0) <= QUICK,
    retryDelay: (failures, error) =>
      Math.min(error instanceof BackendError ? (error.retryAfter ?? 800 * 2 ** failures) : 800, QUICK),
  },
};

/** Without the event stream nothing comes by itself. */
export function useUnheard(): boolean {
  return useLive(({ updates }) => updates === "lost");
}

/** What the session's person may do; not asked while nobody is signed in. */
export function useMe() {
  const { backend } = useServices();
  const enabled = useSessionState().kind === "in";
  return useQuery({ queryKey: ["me"], queryFn: ({ signal }) => backend.me(signal), staleTime: 5 * MINUTE, enabled });
}

export function useDay(date: string) {
  const { backend } = useServices();
  const unheard = useUnheard();
  const failures = useFailures();
  const query = useQuery({
    queryKey: keys.day(date),
    queryFn: ({ signal }) => backend.day(date, signal),
    refetchInterval: ({ state }) => {
      const again = askAgainAfter(state, failures(state));
      return again ?? (unheard ? 0.5 * MINUTE : 2 * MINUTE); // bookings are made elsewhere
    },
  });
  return useAnswer(query, date);
}

export function useAppointment(id: string) {
  const { backend } = useServices();
  const failures = useFailures();
  const query = useQuery({
    queryKey: keys.appointment(id),
    queryFn: ({ signal }) => backend.appointment(id, signal),
    staleTime: MINUTE,
    refetchInterval: ({ state }) => askAgainAfter(state, failures(state)) ?? false,
  });
  return useAnswer(query, id);
}

/** The record's calls; asked for again while the record is behind what was told live. */
export function useCalls(appointment: string, told: readonly Told[]) {
  const { backend } = useServices();
  const unheard = useUnheard();
  const failures = useFailures();
  const query = useQuery({
    queryKey: keys.calls(appointment),
    queryFn: ({ signal }) => backend.calls(appointment, signal),
    refetchInterval: ({ state }) => {
      const again = askAgainAfter(state, failures(state));
      if (again !== undefined) return again;
      const recorded = new Map((state.data ?? []).map((one) => [one.key, one]));
      const behind = told.filter(({ call }) => isBehind(recorded.get(call.key), call));
      if (behind.length === 0) return unheard ? 15_000 : false;
      const youngest = Math.max(...behind.map(({ at }) => at));
      return Date.now() - youngest < 30_000 ? 2_000 : 20_000; // a health record that is down needs no hurry
    },
  });
  return useAnswer(query, appointment);
}
