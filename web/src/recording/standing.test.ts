import { describe, expect, it } from "vitest";
import type { CallRecording } from "../roomRoutes";
import { asksFirst, consentWords, mayStart, newsWords, offersOf } from "./standing";

const said = (more: Partial<CallRecording>): CallRecording => ({
  call: "CA1",
  mode: "asked",
  consent: "none",
  state: "none",
  ...more,
});

describe("offersOf", () => {
  it.each<[Partial<CallRecording>, string[]]>([
    [{}, ["start"]],
    [{ consent: "given", state: "starting" }, ["stop", "withdraw"]],
    [{ consent: "given", state: "in-progress" }, ["pause", "stop", "withdraw"]],
    [{ consent: "given", state: "paused" }, ["resume", "stop", "withdraw"]],
    [{ consent: "given", state: "paused", pausedByHold: true }, ["stop", "withdraw"]],
    [{ consent: "given", state: "stopped" }, ["start", "withdraw"]],
    [{ mode: "announced", consent: "announced", state: "none" }, ["start", "withdraw"]],
    [{ mode: "off", consent: "given", state: "in-progress" }, ["pause", "stop", "withdraw"]],
    [{ mode: "off", consent: "given", state: "paused" }, ["stop", "withdraw"]],
    [{ mode: "off", consent: "given", state: "completed" }, ["withdraw"]],
    [{ consent: "declined", state: "none" }, ["start"]],
    [{ consent: "withdrawn", state: "deleted" }, ["start"]],
  ])("of %o are %o", (more, offers) => {
    expect(offersOf(said(more))).toEqual(offers);
  });
});

describe("mayStart", () => {
  it("needs the service's word, and nothing against it", () => {
    expect(mayStart(said({}))).toBe(false);
    expect(mayStart(said({ mayStart: true }))).toBe(true);
    expect(mayStart(said({ mayStart: true, refused: "They do not want it." }))).toBe(false);
  });
});

describe("asksFirst", () => {
  it("asks whether they agreed, until the clinician has said so; not where they were told by the service", () => {
    expect(asksFirst(said({}))).toBe(true);
    expect(asksFirst(said({ consent: "given" }))).toBe(false);
    expect(asksFirst(said({ mode: "announced", consent: "announced" }))).toBe(false);
  });
});

describe("newsWords", () => {
  it.each<[Partial<CallRecording>, string]>([
    [{ state: "in-progress", refused: "They left." }, "Recording"],
    [{ state: "stopped" }, "Recording stopped"],
    [{ state: "stopped", refused: "They left." }, "Recording stopped. They left."],
    [{ state: "completed", refused: "They left." }, "Recording stopped. They left."],
  ])("of %o", (more, words) => {
    expect(newsWords(said(more))).toBe(words);
  });
});

describe("consentWords", () => {
  it.each<[Partial<CallRecording>, string]>([
    [{}, "Margaret Ellis has not been asked yet"],
    [{ mode: "announced" }, "Margaret Ellis has not been told yet"],
    [{ mode: "announced", consent: "announced" }, "Margaret Ellis was told"],
    [{ consent: "given" }, "Margaret Ellis agreed"],
    [{ consent: "declined", refused: "The record says no." }, "Margaret Ellis declined"],
    [{ consent: "none", refused: "The record could not be read." }, "The record could not be read."],
    [{ consent: "not-asked" }, "A machine answered, so nobody was asked"],
  ])("of %o", (more, words) => {
    expect(consentWords(said(more), "Margaret Ellis")).toBe(words);
  });
});
