import { describe, expect, it } from "vitest";
import { BackendError } from "../backend";
import { margaret } from "./playing";
import { TokenLate, tokenTrouble } from "./troubles";

const why = (error: unknown) => tokenTrouble(error, margaret);

describe("a token that could not be had", () => {
  it("is no role where the service says so, and no matter of the connection", () => {
    const told = why(new BackendError("forbidden", "Your account may not make calls here."));
    expect(told).toMatchObject({
      kind: "not-allowed",
      sentence: "Your account may not make calls here.",
      retry: false,
    });
  });

  it.each<[string, unknown, string, RegExp, boolean]>([
    ["signed out", new BackendError("session", "Your session has ended."), "signed-out", /session has ended/, true],
    ["not linked", new BackendError("invalid", "Not linked."), "not-allowed", /Not linked/, false],
    ["offline", new BackendError("offline", "Cannot be reached."), "token", /Cannot be reached/, true],
    ["too slow", new TokenLate("late"), "token", /did not answer in time/, true],
    ["anything else", new Error("?"), "token", /Check your connection/, true],
  ])("has its own sentence: %s", (_, error, kind, sentence, retry) => {
    const told = why(error);
    expect(told).toMatchObject({ kind, retry, target: margaret });
    expect(told.sentence).toMatch(sentence);
  });
});
