import { describe, expect, it } from "vitest";
import { clinicTime } from "../clinictime";
import type { LiveCall, Participant } from "../roomRoutes";
import { howWords, newsOfCalls, whoseOf } from "./told";

const TIME = clinicTime("Europe/London");
const clinician: Participant = {
  label: "p1-clinician",
  role: "clinician",
  name: "Ms Grace Adeyemi",
  state: "connected",
  held: false,
  muted: false,
  self: false,
};
const member: Participant = { ...clinician, label: "p2-member", role: "member", name: "Mrs Margaret Ellis" };
const call = (key: string, ...participants: Participant[]): LiveCall => ({
  call: key,
  room: "none",
  mine: false,
  asked: "2027-05-03T08:12:00Z",
  participants,
});

describe("a live call", () => {
  it("is its clinician’s", () => {
    expect(whoseOf(call("CA1", clinician, member))).toBe("Ms Grace Adeyemi");
    const { name: _, ...nameless } = clinician;
    expect(whoseOf(call("CA1", nameless, member))).toBe("A clinician");
    expect(whoseOf(call("CA1", member))).toBe("A clinician");
  });

  it.each<[Partial<Participant>, string]>([
    [{}, "In the call"],
    [{ state: "ringing" }, "Ringing…"],
    [{ muted: true }, "In the call, muted"],
    [{ held: true }, "On hold"],
    [{ held: true, heldSince: "2027-05-03T08:15:20Z" }, "On hold since 09:15"],
    [{ held: true, heldSince: "2027-05-03T08:15:20Z", muted: true }, "On hold since 09:15, muted"],
    [{ held: true, state: "left", outcome: "removed" }, "Removed from the call"],
  ])("says of %o: %s", (more, words) => {
    expect(howWords({ ...member, ...more }, TIME)).toBe(words);
  });
});

describe("what is new of live calls", () => {
  const one = call("CA1", clinician, member);

  it.each<[string, LiveCall[], LiveCall[], string]>([
    ["nothing", [one], [one], ""],
    ["a call that began", [], [one], "A new call: Ms Grace Adeyemi, Mrs Margaret Ellis"],
    ["a call that ended", [one], [], "A call has ended: Ms Grace Adeyemi, Mrs Margaret Ellis"],
    [
      "somebody on hold",
      [one],
      [call("CA1", clinician, { ...member, held: true })],
      "Mrs Margaret Ellis is on hold and hears music",
    ],
    [
      "of others’ calls alone",
      [one],
      [
        { ...one, mine: true },
        { ...call("CA2", clinician), mine: true },
      ],
      "",
    ],
    [
      "more than one hears",
      [],
      ["a", "b", "c", "d", "e"].map((key) => call(key, clinician)),
      "Many calls have changed.",
    ],
  ])("is %s", (_, before, now, words) => {
    expect(newsOfCalls(before, now)).toBe(words);
  });
});
