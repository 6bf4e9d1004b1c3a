// How the page asks for the calls that go on. The event stream tells what changes (live/caches.ts).
import { useQuery } from "@tanstack/react-query";
import { keys } from "../live/caches";
import { askAgainAfter, useAnswer, useFailures } from "../outage";
import { useUnheard } from "../queries";
import { useServices } from "../services";

export function useLiveCalls() {
  const { backend } = useServices();
  const unheard = useUnheard();
  const failures = useFailures();
  const query = useQuery({
    queryKey: keys.liveCalls,
    queryFn: ({ signal }) => backend.liveCalls(signal),
    staleTime: 0,
    gcTime: 0, // nobody is shown who was in a call when they were here last
    refetchInterval: ({ state }) => {
      const again = askAgainAfter(state, failures(state));
      return again ?? (unheard ? 5_000 : 30_000); // the stream tells; this finds what it could not
    },
  });
  const answer = useAnswer(query, "live-calls");
  return { ...answer, at: query.dataUpdatedAt, unheard };
}
