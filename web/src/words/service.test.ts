// @vitest-environment node
// What the service says by a code is in the catalogue: all of it, and in the same words, so that a screen, the telephone
// and the record do not tell a person different things. testdata/words.json is what the Go side says (words_test.go).
import { describe, expect, it } from "vitest";
import told from "../../../testdata/words.json";
import service from "./en/service";

/** The app's apostrophes are a typesetter's, as the service's are where a screen shows them (api/persons.go). */
function shown(sentences: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(sentences).map(([code, one]) => [code, one.replaceAll("'", "’")]));
}

describe("what the service says by a code", () => {
  it("is said by the app in the same words", () => {
    expect(service.refusal).toEqual(shown(told.refusals));
    expect(service.refusalUnknown).toBe(told.refusalUnknown);
    expect(service.failure).toEqual(shown(told.failures));
    expect(service.reason).toEqual(shown(told.reasons));
  });

  it("has a sentence for every code of a problem", () => {
    // The others are of HTTP, and known to openapi.yaml alone: the compiler holds the catalogue to those.
    expect(Object.keys(service.code)).toEqual(expect.arrayContaining(told.codes));
  });

  it("is what an outcome is called, wherever it is shown", () => {
    expect(Object.keys(service.outcome).sort()).toEqual(Object.keys(told.outcomes).sort());
    for (const [outcome, words] of Object.entries(told.outcomes)) {
      const mine: Record<string, string> = service.outcome[outcome as keyof typeof service.outcome];
      // Where the service has no word of its own for a place, its summary stands there. A heading is only of what is one.
      const theirs = { ...words, history: words.history || words.summary, list: words.list || words.summary };
      const { card, ...rest } = theirs;
      expect(mine, outcome).toEqual(mine.card === undefined ? rest : { ...rest, card });
    }
  });
});
