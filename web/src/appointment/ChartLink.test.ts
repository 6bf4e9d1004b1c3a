import { describe, expect, it } from "vitest";
import { chartOf } from "./ChartLink";

describe("chartOf", () => {
  it("puts the patient's id into the clinic's address, and is nothing without one", () => {
    expect(chartOf("https://charts.example/p/{patient}?of={patient}", "a/b&c")).toBe(
      "https://charts.example/p/a%2Fb%26c?of=a%2Fb%26c",
    );
    expect(chartOf(undefined, "p")).toBeUndefined();
  });
});
