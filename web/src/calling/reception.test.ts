import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { realClock } from "./clock";
import { createReception } from "./reception";

/** Locks of one browser: first come, first served. */
function fakeLocks() {
  let last: Promise<unknown> = Promise.resolve();
  return {
    request: ((_: string, { signal }: { signal: AbortSignal }, held: () => Promise<void> | undefined) => {
      const mine = last.then(() => (signal.aborted ? undefined : held()));
      last = mine;
      return mine;
    }) as unknown as LockManager["request"],
  };
}

function page(locks: ReturnType<typeof fakeLocks>) {
  const handset = { register: vi.fn(async () => {}), unregister: vi.fn() };
  const available = vi.fn(async (_: boolean) => {});
  const tokens = { get: async () => "t", forget() {}, watch: vi.fn() };
  return { handset, available, reception: createReception({ handset, tokens, clock: realClock, locks, available }) };
}

describe("reception", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("is kept by one page of a browser; the next one takes its place", async () => {
    const locks = fakeLocks();
    const [first, second] = [page(locks), page(locks)];
    first.reception.open(true);
    second.reception.open(true);
    await settle();
    expect(first.handset.register).toHaveBeenCalledOnce();
    expect(second.handset.register).not.toHaveBeenCalled();
    first.reception.open(false);
    await settle();
    expect(first.handset.unregister).toHaveBeenCalledOnce();
    expect(second.handset.register).toHaveBeenCalledOnce();
    second.reception.open(false);
  });

  it("is not opened by a page that did not want it any more while it waited", async () => {
    const locks = fakeLocks();
    const [first, second] = [page(locks), page(locks)];
    first.reception.open(true);
    second.reception.open(true);
    await settle();
    second.reception.open(false);
    first.reception.open(false);
    await settle();
    expect(second.handset.register).not.toHaveBeenCalled();
  });

  it("asks again of a Device that never says a word", async () => {
    const one = page(fakeLocks());
    one.handset.register.mockImplementation(() => new Promise(() => {}));
    one.reception.open(true);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(one.handset.register.mock.calls.length).toBeGreaterThan(2);
    expect(one.available).not.toHaveBeenCalled();
    one.reception.open(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
