// An outage ends by itself, and the pages notice: what could not be had is asked
// for again, less and less often, and never before the service wants to be asked.
import { useRef, useState } from "react";
import { BackendError } from "./backend";

const FIRST = 5_000;
const LONGEST = 30_000;

/** What the same question will be answered with tomorrow too. */
const LASTING = new Set(["session", "unauthenticated", "forbidden", "not-found", "invalid"]);

/** Whether what is wrong may pass without anybody on this page doing something. */
export function mayPass(error: unknown): boolean {
  return error instanceof BackendError && (error.retryAfter !== undefined || !LASTING.has(error.code));
}

interface Asked {
  status: string;
  error: unknown;
  /** Milliseconds since 1970. */
  errorUpdatedAt: number;
}

/**
 * How long a page that shows an error waits until it asks again, in milliseconds; undefined when nothing is wrong that
 * passes. The same state gives the same wait, or each drawing of the page would begin it anew.
 */
export function askAgainAfter(state: Asked, failures: number): number | undefined {
  const { error } = state;
  if (state.status !== "error" || !mayPass(error)) return undefined;
  const wait = Math.min(FIRST * 2 ** (failures - 1), LONGEST);
  const spread = (state.errorUpdatedAt % 1_000) / 1_000; // so that many pages do not come back in one moment
  const asked = error instanceof BackendError ? (error.retryAfter ?? 0) : 0;
  return Math.max(asked, wait / 2) + (wait / 2) * spread;
}

/** Counts the failures in a row of one query, from what react-query keeps of it. At least 1. */
export function useFailures(): (state: { status: string; errorUpdateCount: number }) => number {
  const good = useRef(0);
  return (state) => {
    if (state.status === "success") good.current = state.errorUpdateCount;
    return Math.max(1, state.errorUpdateCount - good.current);
  };
}

interface Query<T> {
  data: T | undefined;
  error: unknown;
  isSuccess: boolean;
  refetch(): Promise<unknown>;
}

export interface Answer<T> {
  data: T | undefined;
  /** Stays while the page asks again, and the same one for as long as the same is wrong: a screen reader reads it once. */
  error: unknown;
  /** Nothing is known yet, not even that something is wrong. */
  waiting: boolean;
  refetch(): Promise<unknown>;
}

/** What there is to show of a query; `about` names what is asked for. */
export function useAnswer<T>(query: Query<T>, about: string): Answer<T> {
  const { data, isSuccess, refetch } = query;
  const [held, setHeld] = useState<{ about: string; error: unknown }>();
  const old = held?.about === about && !isSuccess ? held.error : undefined;
  // Without data react-query forgets the error as soon as it asks again.
  const error = query.error ? (alike(query.error, old) ? old : query.error) : old;
  if (error !== held?.error || (held && held.about !== about)) setHeld(error ? { about, error } : undefined);
  return { data, error, waiting: data === undefined && !error, refetch };
}

function alike(a: unknown, b: unknown): boolean {
  if (!(a instanceof BackendError && b instanceof BackendError)) return a === b;
  return a.code === b.code && a.sentence === b.sentence;
}
