// The drafts, for the screens.
import { useSyncExternalStore } from "react";
import { useServices } from "../services";
import { say } from "../words";
import { type Draft, isUnsaved } from "./drafts";

export function useDraft(call: string | undefined): Draft | undefined {
  const drafts = useDrafts();
  return call === undefined ? undefined : drafts.get(call);
}

export function useDrafts(): ReadonlyMap<string, Draft> {
  const { drafts } = useServices();
  return useSyncExternalStore(drafts.subscribe, drafts.getState);
}

/** Signs out, and loses no note on the way: what could not be saved is asked about first. */
export function useSignOut(): () => Promise<void> {
  const { session, drafts } = useServices();
  return async () => {
    const unsaved = [...drafts.getState().values()].some(isUnsaved);
    const count = unsaved ? await drafts.saveAll() : 0;
    if (count > 0 && !window.confirm(say("after:signOut", { count }))) return;
    drafts.clear();
    await session.signOut();
  };
}
