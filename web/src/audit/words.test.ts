// What an auditor chooses from and is told, held to what the service knows.
import { describe, expect, it } from "vitest";
import kinds from "../../../testdata/kinds.json";
import { OUTCOMES } from "../outcome";
import { callerChoices, kindWords, outcomeChoices } from "./words";

describe("the outcomes to choose from", () => {
  it("are all there are, each with words of its own", () => {
    const choices = outcomeChoices();
    expect(new Set(choices.map(({ value }) => value))).toEqual(new Set([...OUTCOMES, "called-back"]));
    expect(new Set(choices.map(({ label }) => label)).size).toBe(choices.length);
  });

  it("have those that are over under the words that stand in their rows", () => {
    const labels = new Map(outcomeChoices().map(({ value, label }) => [value, label]));
    expect(labels.get("ended")).toBe("Answered");
    expect(labels.get("ended-with-person")).toBe("Answered by a person");
    expect(labels.get("answered")).toBe("Answered, not over yet");
  });
});

describe("the kinds of events", () => {
  it("have a word each", () => {
    expect(kinds.length).toBeGreaterThan(15);
    const words = kinds.map(kindWords);
    expect(words).not.toContain(kindWords("of a service that is newer"));
    expect(new Set(words).size).toBe(kinds.length);
  });
});

describe("the clinicians to choose from", () => {
  it("can be told apart", () => {
    const callers = [
      { id: "prac-1", name: "Dr A Khan" },
      { id: "prac-2", name: "Dr A Khan" },
      { id: "prac-3", name: "Ms G Adeyemi" },
      { id: "prac-4" },
    ];
    expect(callerChoices(callers).map(({ label }) => label)).toEqual([
      "Dr A Khan (prac-1)",
      "Dr A Khan (prac-2)",
      "Ms G Adeyemi",
      "prac-4",
    ]);
  });
});
