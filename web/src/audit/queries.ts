import { type InfiniteData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { AuditedCall, AuditedCalls } from "../backend";
import { askAgainAfter, useFailures } from "../outage";
import { useServices } from "../services";
import type { Asked } from "./filters";

export function useAuditedCalls(asked: Asked) {
  const { backend } = useServices();
  return useInfiniteQuery<AuditedCalls, unknown, InfiniteData<AuditedCalls>, readonly unknown[], string>({
    queryKey: ["audit", asked],
    queryFn: ({ signal, pageParam }) => backend.auditCalls(pageParam ? { ...asked, after: pageParam } : asked, signal),
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    // What is read is not exchanged under the reader's eyes: to ask again is to choose again.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
  });
}

/** Everybody who can be chosen as the clinician of these days, on whatever page their calls are. */
export function useCallers({ from, to }: Asked) {
  const { backend } = useServices();
  return useQuery({
    queryKey: ["audit-callers", from, to],
    queryFn: ({ signal }) => backend.auditCallers({ from, to }, signal),
    staleTime: 60_000,
    gcTime: 60_000,
  });
}

/** All calls of the pages; one that is told on two of them once. */
export function callsOf(pages: readonly AuditedCalls[] | undefined): AuditedCall[] {
  return once(pages ?? [], ({ key }) => key);
}

/** What the pages tell, each key once. */
export function once<T>(pages: readonly { calls: T[] }[], keyOf: (call: T) => string | undefined): T[] {
  const seen = new Set<string>();
  return pages.flatMap(({ calls }) =>
    calls.filter((call) => {
      const key = keyOf(call);
      if (!key || seen.has(key)) return false;
      seen.add(key);
      return true;
    }),
  );
}

export function useAuditedCall(key: string) {
  const { backend } = useServices();
  const failures = useFailures();
  return useQuery({
    queryKey: ["audit-call", key],
    queryFn: ({ signal }) => backend.auditCall(key, signal),
    staleTime: 0,
    gcTime: 60_000,
    refetchInterval: ({ state }) => {
      if (state.data?.recordUnread) return 15_000; // until the record is back
      return askAgainAfter(state, failures(state)) ?? false;
    },
  });
}
