import { notifyManager, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys } from "../live/caches";

/** Whether the stream has told how a call is recorded: of what still runs it does also where a clinic records no more. */
export function useIsRecorded(call: string | undefined): boolean {
  const client = useQueryClient();
  const cache = client.getQueryCache();
  // Read beside the panel's own query: an observer that cannot ask would leave the query without a way to.
  return useSyncExternalStore(
    (listener) => cache.subscribe(notifyManager.batchCalls(listener)),
    () => call !== undefined && client.getQueryData(keys.recording(call)) !== undefined,
  );
}
