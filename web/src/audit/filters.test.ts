import { describe, expect, it } from "vitest";
import { choose, quickDays, readFilters, withDay, writeFilters } from "./filters";

const TODAY = "2026-11-29";

describe("filters in the address", () => {
  it("come back as they were written", () => {
    for (const asked of [
      { from: TODAY, to: TODAY },
      { from: "2026-11-01", to: "2026-11-29" },
      { from: TODAY, to: TODAY, outcome: "busy" },
      { from: "2026-10-01", to: "2026-10-02", clinician: "p-1", outcome: "refused", refusal: "number-shared" },
    ]) {
      expect(readFilters(writeFilters(asked, TODAY), TODAY)).toEqual(asked);
    }
  });

  it("are today's calls without any, and take no day that is none", () => {
    expect(readFilters("", TODAY)).toEqual({ from: TODAY, to: TODAY });
    expect(readFilters("?from=soon&to=2026-02-31x", TODAY)).toEqual({ from: TODAY, to: TODAY });
    expect(readFilters("?from=2026-12-01&to=2026-11-01", TODAY)).toEqual({ from: "2026-11-01", to: "2026-11-01" });
    expect(writeFilters({ from: TODAY, to: TODAY }, TODAY)).toBe("");
  });

  it("are chosen and taken back", () => {
    const busy = choose({ from: TODAY, to: TODAY }, "outcome", "busy");
    expect(busy).toEqual({ from: TODAY, to: TODAY, outcome: "busy" });
    expect(choose(busy, "outcome", "")).toEqual({ from: TODAY, to: TODAY });
  });
});

describe("the days of a filter", () => {
  it("never cross, and are at most 400 days apart", () => {
    const asked = { from: "2026-11-10", to: "2026-11-20" };
    expect(withDay(asked, "from", "2026-11-25")).toEqual({ from: "2026-11-25", to: "2026-11-25" });
    expect(withDay(asked, "to", "2026-11-01")).toEqual({ from: "2026-11-01", to: "2026-11-01" });
    expect(withDay(asked, "from", "2024-01-01")).toEqual({ from: "2024-01-01", to: "2025-02-04" });
    expect(withDay(asked, "to", "2028-01-01")).toEqual({ from: "2026-11-27", to: "2028-01-01" });
  });

  it("are quickly chosen", () => {
    expect(quickDays("week", TODAY)).toEqual({ from: "2026-11-23", to: TODAY });
    expect(quickDays("month", TODAY)).toEqual({ from: "2026-10-31", to: TODAY });
    expect(quickDays("yesterday", TODAY)).toEqual({ from: "2026-11-28", to: "2026-11-28" });
  });
});
