// The calls of an appointment: from the record, and what it does not have yet.

import type { RecordedCall } from "../backend";
import type { Told } from "../live/live";
import type { Answer } from "../outage";
import { useCalls } from "../queries";
import { useLive } from "../services";
import { type Entry, entriesOf } from "./words";

const NONE: readonly Told[] = [];

export interface Entries {
  query: Answer<RecordedCall[]>;
  /** Newest first; none while nothing is known yet. */
  entries: Entry[] | undefined;
}

export function useEntries(appointment: string): Entries {
  const told = useLive(({ calls }) => calls.get(appointment) ?? NONE);
  const query = useCalls(appointment, told);
  const entries = query.data || told.length > 0 ? entriesOf(query.data ?? [], told) : undefined;
  return { query, entries };
}
