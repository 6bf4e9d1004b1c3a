// Whether somebody rang back, as long as nobody has called since.
import type { Appointment, CalledBack } from "../backend";
import { beganAt } from "../history/line";
import { useEntries } from "../history/useEntries";
import type { Entry } from "../history/words";
import { useLive } from "../services";

/** The newest of what was read and what was told live; none once a later call was placed. */
export function calledBackOf(
  read: CalledBack | undefined,
  told: CalledBack | undefined,
  entries: readonly Entry[],
): CalledBack | undefined {
  const newest = (told?.at ?? "") > (read?.at ?? "") ? told : read;
  if (!newest) return undefined;
  const at = secondOf(newest.at);
  const since = entries.some((entry) => secondOf(beganAt(entry) ?? 0) >= at);
  return since ? undefined : newest;
}

/** The carrier tells whole seconds. Nobody rings back in the second in which they were called, but may be called in that in which they rang. */
const secondOf = (time: string | number | Date) => Math.floor(new Date(time).getTime() / 1_000);

export function useCalledBack({ id, calledBack }: Appointment): CalledBack | undefined {
  const told = useLive((state) => state.calledBack.get(id));
  const { entries } = useEntries(id);
  return calledBackOf(calledBack, told, entries ?? []);
}
