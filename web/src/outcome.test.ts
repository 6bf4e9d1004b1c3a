import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Outcome, outcomeOf, type Standing, WORDS } from "./outcome";

const CASES: (Standing & { outcome: Outcome })[] = JSON.parse(
  readFileSync(new URL("../../testdata/outcomes.json", import.meta.url), "utf8"),
);

describe("outcomeOf", () => {
  it("finds what the service finds", () => {
    expect(CASES.length).toBeGreaterThan(400);
    for (const { outcome, ...call } of CASES) expect(outcomeOf(call), JSON.stringify(call)).toBe(outcome);
  });

  it("finds every outcome that has words", () => {
    expect(new Set(CASES.map(({ outcome }) => outcome))).toEqual(new Set(Object.keys(WORDS)));
  });
});
