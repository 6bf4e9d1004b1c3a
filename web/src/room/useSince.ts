import { useRef } from "react";

/**
 * When each of these was first seen here, in milliseconds since 1970: the service's clock and this computer's may
 * differ, and what is counted for a person is counted by one clock.
 */
export function useSince(names: readonly string[]): ReadonlyMap<string, number> {
  const since = useRef(new Map<string, number>());
  for (const known of since.current.keys()) if (!names.includes(known)) since.current.delete(known);
  for (const name of names) if (!since.current.has(name)) since.current.set(name, Date.now());
  return since.current;
}

/** Whole seconds that have passed; none since a time that is not known. */
export function secondsSince(from: number | undefined, now: number): number {
  return Math.max(0, Math.floor((now - (from ?? now)) / 1_000));
}

/** Whole minutes that have passed; a reminder is due from the first one on, and again with each. */
export function minutesSince(from: number, now: number): number {
  return Math.max(0, Math.floor((now - from) / 60_000));
}
