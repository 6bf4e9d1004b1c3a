// How the screens ask the service. The event stream renews what changes; these
// questions fill the screen and catch up after a break.
import { type DefaultOptions, useQuery } from "@tanstack/react-query";
import { type Appointment, BackendError, type Me } from "./backend";
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
  return useLive(({ updates }) => updates !== "live" && updates !== "starting");
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

/** What is known of an appointment that somebody else on the page asks for. */
export function useKnownAppointment(id: string | undefined): Appointment | undefined {
  const { backend } = useServices();
  // One that cannot ask would, as the last to come, leave the query without a way to: after an outage it stayed in error.
  const queryFn = ({ signal }: { signal: AbortSignal }) => backend.appointment(id ?? "", signal);
  return useQuery<Appointment>({ queryKey: keys.appointment(id ?? ""), queryFn, enabled: false }).data;
}

function useMeQuery() {
  const { backend } = useServices();
  const signedIn = useSessionState().kind === "in";
  return useQuery({
    queryKey: ["me"],
    queryFn: ({ signal }) => backend.me(signal),
    staleTime: 10 * MINUTE,
    enabled: signedIn,
  });
}

/** What the person may do. Until the service has said it they are taken for a clinician, whom each page refuses itself. */
export function useMe(): Me {
  return useMeQuery().data ?? CLINICIAN;
}

/** Whether there are calls to hear of: for a clinician, a supervisor, and whoever it is if the service cannot say. */
export function useHearsOfCalls(): boolean {
  const me = useMeQuery();
  return !me.isPending && (me.data?.clinician !== false || me.data.supervisor === true);
}

const CLINICIAN: Me = { clinician: true, auditor: false };

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
