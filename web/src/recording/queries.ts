// How the parts of this folder ask the service. The event stream renews how it stands with recording a call.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { BackendError } from "../backend";
import { AS_READ, keys } from "../live/caches";
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

const SOON = 5_000;
/** What is not ready by then is not made while somebody watches. */
const PATIENCE = 15 * 60_000;

/** How long to wait before asking again for what has been the same for so long; false: no more. In ms. */
export function againAfter(same: number): number | false {
  return same < PATIENCE && Math.max(SOON, same);
}

/**
 * What was recorded of a call; asked for again, more and more seldom, until all of it can be heard. `listed`: it was told
 * with a list of calls, and is not asked for again just because some time has passed, or the stream was away.
 */
export function useRecordings(call: string, listed = false) {
  const { backend } = useServices();
  // An answer that is the same again is the same object.
  const [firstHad] = useState(() => new WeakMap<object, number>());
  return useQuery({
    queryKey: keys.recordings(call),
    queryFn: ({ signal }) => backend.recordings(call, signal),
    ...(listed ? { staleTime: Number.POSITIVE_INFINITY, meta: AS_READ } : {}),
    refetchInterval: ({ state: { data, dataUpdatedAt } }) => {
      if (!data?.recordings.some(isMaking)) return false;
      const first = firstHad.get(data) ?? dataUpdatedAt;
      firstHad.set(data, first);
      return againAfter(dataUpdatedAt - first);
    },
  });
}
