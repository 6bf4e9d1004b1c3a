import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { AS_READ, keys } from "../live/caches";
import type { ReviewedCalls } from "../roomRoutes";
import { useServices } from "../services";

/** The calls of which something was recorded, by days. What is told of each is what its own recordings begin with. */
export function useReviewedCalls(days: { from: string; to: string }) {
  const { backend } = useServices();
  const client = useQueryClient();
  return useInfiniteQuery<ReviewedCalls, unknown, InfiniteData<ReviewedCalls>, readonly unknown[], string>({
    queryKey: ["reviewed", days],
    queryFn: async ({ signal, pageParam }) => {
      const page = await backend.reviewedCalls(pageParam ? { ...days, after: pageParam } : days, signal);
      for (const { call, consent, mayDelete, recordings } of page.calls) {
        client.setQueryData(keys.recordings(call), { call, consent, mayDelete, recordings });
      }
      return page;
    },
    initialPageParam: "",
    getNextPageParam: ({ next }) => next,
    // What is read is not exchanged under the reader's eyes: to ask again is to choose again.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    meta: AS_READ,
  });
}
