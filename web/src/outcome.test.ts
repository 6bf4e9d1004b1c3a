import { describe, expect, it } from "vitest";
import cases from "../../testdata/outcomes.json";
import { OUTCOMES, type Outcome, outcomeOf, type Standing } from "./outcome";

const CASES = cases as (Standing & { outcome: Outcome })[];

describe("outcomeOf", () => {
  it("finds what the service finds", () => {
    expect(CASES.length).toBeGreaterThan(400);
    for (const { outcome, ...call } of CASES) expect(outcomeOf(call), JSON.stringify(call)).toBe(outcome);
  });

  it("finds every outcome that has words", () => {
    expect(new Set(CASES.map(({ outcome }) => outcome))).toEqual(new Set(OUTCOMES));
  });
});
