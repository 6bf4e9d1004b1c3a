// How the parts of this folder ask the service. The event stream renews how it stands with recording a call.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { BackendError } from "../backend";
import { keys } from "../live/caches";
import { useUnheard } from "../queries";
import type { CallRecording, Recording, RecordingAct } from "../roomRoutes";
import { useServices } from "../services";
import { say } from "./words";

export function useCallRecording(call: string) {
  const { backend } = useServices();
  const unheard = useUnheard();
  return useQuery({
    queryKey: keys.recording(call),
    queryFn: ({ signal }) => backend.callRecording(call, signal),
    refetchInterval: unheard ? 3_000 : false,
  });
}

/** Asks for one thing at a time; what comes of it is shown by the answer, then by the stream. */
export function useRecord(call: string) {
  const { backend } = useServices();
  const client = useQueryClient();
  const [failed, setFailed] = useState("");
  const [busy, setBusy] = useState(false);
  const record = async (action: RecordingAct) => {
    setBusy(true);
    setFailed("");
    try {
      const before = client.getQueryData(keys.recording(call));
      const answer = await backend.record(call, action);
      // What the stream told meanwhile is newer than the answer.
      client.setQueryData(keys.recording(call), (now: CallRecording | undefined) => (now === before ? answer : now));
    } catch (error) {
      setFailed(sentenceOf(error));
      void client.invalidateQueries({ queryKey: keys.recording(call) }); // it is not as it was shown
    } finally {
      setBusy(false);
    }
  };
  return { record, failed, busy };
}

export function sentenceOf(error: unknown): string {
  return error instanceof BackendError ? error.sentence : say("recording:failed");
}

const MAKING = new Set<Recording["state"]>(["starting", "in-progress", "paused", "stopped"]);

/** Whether its sound is still to come. */
export function isMaking({ state, ready, gone }: Recording): boolean {
  return gone === undefined && !ready && (MAKING.has(state) || state === "completed");
}

/**
 * What was recorded of a call; asked for again until all of it can be heard. `listed`: it was told with a list of calls,
 * and is not asked for again just because some time has passed.
 */
export function useRecordings(call: string, listed = false) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.recordings(call),
    queryFn: ({ signal }) => backend.recordings(call, signal),
    ...(listed ? { staleTime: Number.POSITIVE_INFINITY } : {}),
    refetchInterval: ({ state }) => (state.data?.recordings.some(isMaking) ? 5_000 : false),
  });
}
