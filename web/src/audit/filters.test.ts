import { describe, expect, it } from "vitest";
import { choose, patientIn, quickDays, readFilters, withDay, writeFilters } from "./filters";

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

describe("a patient", () => {
  it.each([
    ["Patient/p-7", "Patient/p-7"],
    ["  1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed ", "Patient/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"],
    ["https://record.example.org/fhir/R4/Patient/12.3/_history/2", "Patient/12.3"],
    ["https://app.example.org/#/chart?patient=Patient%2Fp7&tab=2", "Patient/p7"],
    ["Ellis", undefined],
    ["Margaret Ellis 1950", undefined],
    ["RelatedPerson/7", undefined],
    ["OtherPatient/7", undefined],
    ["Patient/", undefined],
    [`Patient/${"1".repeat(65)}`, undefined],
  ])("%s is %s", (text, patient) => {
    expect(patientIn(text)).toBe(patient);
  });

  it("stands in the address", () => {
    const asked = { from: TODAY, to: TODAY, patient: "Patient/p7" };
    expect(readFilters(writeFilters(asked, TODAY), TODAY)).toEqual(asked);
    expect(readFilters("?patient=Ellis", TODAY)).toEqual({ from: TODAY, to: TODAY });
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
