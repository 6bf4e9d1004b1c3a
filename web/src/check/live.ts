import { BackendError } from "../backend";
import { type Finding, found } from "./finding";
import { say } from "./words";

/** Opens the event stream; the signal closes it. */
export type OpenEvents = (signal: AbortSignal) => Promise<Response>;

const patience = 10_000;

/** Live updates work when the stream's first line gets through: a proxy that holds answers back lets only its head pass. */
export async function checkEvents(open: OpenEvents, now: () => number): Promise<Finding> {
  const closing = new AbortController();
  const began = now();
  const timer = setTimeout(() => closing.abort(), patience);
  let opened = false;
  try {
    const response = await open(closing.signal);
    opened = true;
    const reader = response.body?.getReader();
    // Some readers do not end with the request, so the abort is listened to as well.
    const first = await Promise.race([reader?.read(), aborted(closing.signal)]);
    if (!first?.value?.length) throw new Error("the stream was empty");
    return found("events", "pass", say("check:events.works", { ms: now() - began }));
  } catch (error) {
    return found("events", "fail", opened ? say("check:events.silent") : reason(error), todo(opened));
  } finally {
    clearTimeout(timer);
    closing.abort();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function reason(error: unknown): string {
  return error instanceof BackendError ? error.sentence : say("check:events.fails");
}

function todo(opened: boolean): string {
  return say(opened ? "check:events.proxy" : "check:events.todo");
}
