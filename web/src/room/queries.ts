// How the parts of this folder ask the service. The event stream renews who is in a call; asking fills the beginning,
// and stands in for the stream while it is away.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { roomOf } from "../calling/rooms";
import { keys } from "../live/caches";
import { useUnheard } from "../queries";
import type { Participant, Participants } from "../roomRoutes";
import { useServices } from "../services";

/** Who is in a call; the softphone is told too. `every`: how often to ask though the stream is there. */
export function useParticipants(call: string | undefined, every?: number) {
  const { backend, softphone } = useServices();
  const unheard = useUnheard();
  const query = useQuery({
    queryKey: keys.participants(call ?? ""),
    queryFn: ({ signal }) => backend.participants(call ?? "", signal),
    enabled: call !== undefined,
    refetchInterval: unheard ? 3_000 : (every ?? false),
  });
  const { data } = query;
  useEffect(() => {
    if (data) softphone.roomSays(data.call, roomOf(data));
  }, [data, softphone]);
  return query;
}

export function useCandidates(call: string) {
  const { backend } = useServices();
  return useQuery({
    queryKey: keys.candidates(call),
    queryFn: ({ signal }) => backend.candidates(call, signal),
    staleTime: 0,
    refetchInterval: 15_000, // colleagues come and go
  });
}

/** Asks for something about a party, and shows the answer unless the stream has told something newer meanwhile. */
export function useTakeParty(call: string): (asking: () => Promise<Participant>) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (asking) => {
      const key = keys.participants(call);
      const before = client.getQueryData(key);
      const party = await asking();
      client.setQueryData<Participants>(key, (room) => {
        const told = room !== before && room?.participants.some(({ label }) => label === party.label);
        return room && !told ? withParty(room, party) : room;
      });
    },
    [client, call],
  );
}

export function withParty(room: Participants, party: Participant): Participants {
  const known = room.participants.some(({ label }) => label === party.label);
  const others = room.participants.map((one) => (one.label === party.label ? party : one));
  return { ...room, participants: known ? others : [...room.participants, party] };
}

/**
 * What is being asked of the service, and why it could not be had. Of one party one thing at a time: two answers that
 * cross would show the earlier as how it is now.
 */
export function useAct() {
  const [failed, setFailed] = useState<{ error: unknown; about: string }>();
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const asking = useRef(new Set<string>());
  const act = async (about: string, doing: () => Promise<unknown>) => {
    if (asking.current.has(about)) return false;
    asking.current.add(about);
    setBusy(new Set(asking.current));
    setFailed(undefined);
    try {
      await doing();
      return true;
    } catch (error) {
      setFailed({ error, about });
      return false;
    } finally {
      asking.current.delete(about);
      setBusy(new Set(asking.current));
    }
  };
  return { act, failed, busy };
}
