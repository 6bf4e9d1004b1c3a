import { describe, expect, it } from "vitest";
import { BackendError } from "./backend";
import { askAgainAfter, mayPass } from "./outage";
import { queryOptions } from "./queries";

const away = (more = {}) => new BackendError("unavailable", "", more);
const waits = (error: unknown, failures: number, errorUpdatedAt = 0) =>
  askAgainAfter({ status: "error", error, errorUpdatedAt }, failures);

describe("an outage", () => {
  it("is asked after less and less often, in the end every half minute at most", () => {
    expect([1, 2, 3, 4, 50].map((n) => waits(away(), n))).toEqual([2_500, 5_000, 10_000, 15_000, 15_000]);
    expect(waits(away(), 50, 999), "spread, and the same for the same state").toBeCloseTo(29_985);
  });

  it("is never asked after before the service wants to be asked", () => {
    for (const spread of [0, 1, 500, 999]) {
      expect(waits(away({ retryAfter: 60_000 }), 1, spread)).toBeGreaterThanOrEqual(60_000);
    }
  });

  it("is none when nothing is wrong, or when only a person can put it right", () => {
    expect(askAgainAfter({ status: "success", error: null, errorUpdatedAt: 0 }, 1)).toBeUndefined();
    for (const code of ["session", "forbidden", "not-found", "invalid", "unauthenticated"] as const)
      expect(mayPass(new BackendError(code, "")), code).toBe(false);
    for (const code of ["offline", "unavailable", "internal", "unreadable", "rejected"] as const)
      expect(mayPass(new BackendError(code, "")), code).toBe(true);
    expect(mayPass(new TypeError("a mistake of ours"))).toBe(false);
  });

  it("is told at once when the service asks for a long wait", () => {
    const retry = queryOptions.queries?.retry as (failures: number, error: Error) => boolean;
    expect(retry(0, away())).toBe(true);
    expect(retry(0, away({ retryAfter: 2_000 }))).toBe(true);
    expect(retry(0, away({ retryAfter: 60_000 }))).toBe(false);
  });
});
