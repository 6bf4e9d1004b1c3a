// How the screens ask the service. The event stream renews what changes; these
// questions fill the screen and catch up after a break.
import { type DefaultOptions, useQuery } from "@tanstack/react-query";
import { BackendError } from "./backend";
import { isBehind } from "./history/words";
import { keys } from "./live/caches";
import type { Told } from "./live/live";
import { useServices } from "./services";

const MINUTE = 60_000;

export const queryOptions: DefaultOptions = {
  queries: {
    staleTime: 15_000,
    gcTime: 10 * MINUTE,
    // On one machine, or behind a proxy, the browser's idea of "online" is wrong.
    networkMode: "always",
    retry: (failures, error) => failures < 2 && error instanceof BackendError && error.passing,
    retryDelay: (failures, error) =>
      Math.min(error instanceof BackendError ? (error.retryAfter ?? 800 * 2 ** failures) : 800, 5_000),
  },
};

export function useDay(date: string) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.day(date),
    queryFn: ({ signal }) => backend.day(date, signal),
    refetchInterval: 2 * MINUTE, // bookings are made elsewhere
  });
}

export function useAppointment(id: string) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.appointment(id),
    queryFn: ({ signal }) => backend.appointment(id, signal),
    staleTime: MINUTE,
  });
}

/** The record's calls; asked for again while the record is behind what was told live. */
export function useCalls(appointment: string, told: readonly Told[]) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.calls(appointment),
    queryFn: ({ signal }) => backend.calls(appointment, signal),
    refetchInterval: (query) => {
      const recorded = new Map((query.state.data ?? []).map((one) => [one.key, one]));
      const behind = told.filter(({ call }) => isBehind(recorded.get(call.key), call));
      if (behind.length === 0) return false;
      const youngest = Math.max(...behind.map(({ at }) => at));
      return Date.now() - youngest < 30_000 ? 2_000 : 20_000; // a health record that is down needs no hurry
    },
  });
}
