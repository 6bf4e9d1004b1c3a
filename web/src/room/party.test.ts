import { describe, expect, it } from "vitest";
import type { Candidate, Participant } from "../roomRoutes";
import { candidateRole, nameOf, newsOf, roleOf, stateOf } from "./party";
import { clinician, interpreter, member } from "./playing";
import { minutesSince } from "./useSince";

describe("stateOf", () => {
  it.each<[string, Partial<Participant>, number]>([
    ["Dialling…", { state: "asked" }, 0],
    ["Dialling…", { state: "dialling" }, 0],
    ["Ringing…", { state: "ringing" }, 0],
    ["In the call", {}, 0],
    ["In the call, muted", { muted: true }, 0],
    ["On hold 01:05", { held: true }, 65],
    ["On hold 01:05, muted", { held: true, muted: true }, 65],
    ["Did not answer", { state: "left", outcome: "no-answer" }, 0],
    ["Removed from the call", { state: "left", outcome: "removed" }, 0],
    ["Left the call", { state: "left" }, 0],
  ])("says %s", (words, change, held) => {
    expect(stateOf({ ...interpreter, ...change }, held)).toBe(words);
  });
});

describe("nameOf", () => {
  it("is what somebody is where the record has no name, and says it once", () => {
    const { name: _, ...nameless } = interpreter;
    expect([nameOf(nameless), roleOf(nameless)]).toEqual(["Interpreter", undefined]);
    expect([nameOf(interpreter), roleOf(interpreter)]).toEqual(["Mehwish Khan", "interpreter"]);
  });
});

describe("candidateRole", () => {
  it.each<[string, Partial<Candidate>]>([
    ["daughter", { role: "family", relationship: "daughter" }],
    ["interpreter, Urdu", { role: "interpreter", language: "Urdu" }],
    ["second clinician", { role: "second-clinician" }],
  ])("is %s", (words, change) => {
    expect(candidateRole({ kind: "related", id: "1", name: "N", role: "other", in: false, ...change })).toBe(words);
  });
});

describe("newsOf", () => {
  it.each<[string, Participant | undefined, Partial<Participant>, string[]]>([
    ["one who is being called", undefined, { state: "asked" }, ["Calling Mehwish Khan"]],
    ["one who answers", { ...interpreter, state: "ringing" }, {}, ["Mehwish Khan is in the call"]],
    ["one on hold", interpreter, { held: true }, ["Mehwish Khan is on hold and hears music"]],
    ["one off hold", { ...interpreter, held: true }, {}, ["Mehwish Khan is off hold"]],
    ["one who is muted", interpreter, { muted: true }, ["Mehwish Khan is muted"]],
    [
      "one who did not answer",
      { ...interpreter, state: "ringing" },
      { state: "left", outcome: "no-answer" },
      ["Mehwish Khan: Did not answer"],
    ],
    ["nothing new", interpreter, {}, []],
    ["dialling after asking: the same to a person", { ...interpreter, state: "asked" }, { state: "dialling" }, []],
  ])("tells of %s", (_, before, change, news) => {
    expect(newsOf(before ? [member, before] : [member], [member, { ...interpreter, ...change }])).toEqual(news);
  });

  it("tells nothing of oneself", () => {
    expect(newsOf([clinician], [{ ...clinician, muted: true }])).toEqual([]);
  });
});

describe("minutesSince", () => {
  it("counts whole minutes, so that a reminder is due at each", () => {
    expect([59_999, 60_000, 119_999, 120_000].map((now) => minutesSince(0, now))).toEqual([0, 1, 1, 2]);
    expect(minutesSince(5_000, 0), "a clock that was set back").toBe(0);
  });
});
