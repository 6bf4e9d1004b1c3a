import { skipToken, useQuery } from "@tanstack/react-query";
import { keys } from "../live/caches";
import type { CallRecording } from "../roomRoutes";

/** Whether the stream has told how a call is recorded: of what still runs it does also where a clinic records no more. */
export function useIsRecorded(call: string | undefined): boolean {
  const { data } = useQuery<CallRecording>({ queryKey: keys.recording(call ?? ""), queryFn: skipToken });
  return call !== undefined && data !== undefined;
}
