import { afterEach, describe, expect, it } from "vitest";
import { failureWords, problemWords, refusalWords, unknownWords } from "./told";
import { PSEUDO, setLanguage } from "./words";

describe("what the service tells by a code", () => {
  afterEach(() => setLanguage("en-GB"));

  it("is said in the catalogue's sentence, whatever the service wrote", async () => {
    await setLanguage(PSEUDO);
    const marked = /^\[.*~\]$/;
    expect(refusalWords({ code: "number-malformed", sentence: "Plain." })).toMatch(marked);
    expect(refusalWords(undefined)).toMatch(marked);
    expect(failureWords({ kind: "unreachable", reason: "Plain." })).toMatch(marked);
    expect(problemWords({ code: "conflict", reason: "too-late", detail: "Plain." })).toMatch(marked);
    expect(problemWords({ code: "forbidden", detail: "Plain." })).toMatch(marked);
  });

  it("is said in the service's own where that names a country, or has a code of a newer release", () => {
    expect(refusalWords({ code: "country-not-allowed", sentence: "Calls to France are not allowed." })).toBe(
      "Calls to France are not allowed.",
    );
    expect(refusalWords({ code: "on-the-moon", sentence: "Not there." })).toBe("Not there.");
    expect(failureWords({ kind: "moonquake", reason: "It shook." })).toBe("It shook.");
    expect(failureWords({ reason: "It shook." }), "an older service").toBe("It shook.");
    expect(unknownWords({ status: "orbiting" as "busy", summary: "In orbit" })).toBe("In orbit");
    expect(unknownWords({ summary: "In orbit" })).toBe("Not known yet");
    expect(problemWords({ code: "conflict", reason: "eclipse", detail: "It is dark." })).toBe("It is dark.");
    expect(problemWords({ code: "conflict", reason: "toString", detail: "It is dark." })).toBe("It is dark.");
  });

  it("says the reason of a problem before its code", () => {
    const problem = { code: "not-found", detail: "" } as const;
    expect(problemWords({ ...problem, reason: "no-such-call" })).toBe(
      "There is no such call of yours. Please open it again from its appointment.",
    );
  });
});
