import { describe, expect, it } from "vitest";
import type { ServerCall } from "./state";
import { type CallEvent, idleLine, type LegEvent, type Line, transition } from "./transitions";
import { concerns } from "./whose";

const target = {
  appointment: "a1",
  number: "+447700900142",
  name: "Margaret Ellis",
  ending: "0142",
  recipient: "Patient/p",
};
const place: CallEvent = { type: "place", attempt: 1, target, at: 1_000 };
const mine = (event: LegEvent): CallEvent => ({ ...event, attempt: 1 });
const run = (...events: CallEvent[]): Line => events.reduce(transition, idleLine);
const placed = [place, mine({ type: "placed", at: 2_000 })];
const ringing = [...placed, mine({ type: "ringing", sid: "CA1", at: 3_000 })];
const over = (at: number) => mine({ type: "closed", at });

describe("whose call the server speaks of", () => {
  const said = (more: Partial<ServerCall>): ServerCall => ({ final: false, summary: "", ...more });
  const at = (milliseconds: number) => new Date(milliseconds).toISOString();
  it.each<[string, CallEvent[], Partial<ServerCall>, boolean]>([
    ["the key is the SID", ringing, { key: "CA1" }, true],
    ["another key", ringing, { key: "CA2", appointment: "a1" }, false],
    ["no SID yet: the appointment", placed, { key: "CA1", appointment: "a1", ending: "0142" }, true],
    ["another appointment", placed, { key: "CA1", appointment: "a2" }, false],
    ["another number", placed, { key: "CA1", appointment: "a1", ending: "0143" }, false],
    ["not placed yet", [place], { key: "CA1", appointment: "a1" }, false],
    ["sent now", placed, { key: "CA1", appointment: "a1", sent: at(1_500) }, true],
    ["sent long before", placed, { key: "CA1", appointment: "a1", sent: at(-600_000) }, false],
    ["soon after its end", [...placed, over(60_000)], { key: "CA1", appointment: "a1" }, true],
    ["long after its end: another tab's", [...placed, over(29_000)], { key: "CA1", appointment: "a1" }, false],
    ["long after the end of one with a SID", [...ringing, over(4_000)], { key: "CA1" }, true],
    ["nothing told", placed, {}, false],
  ])("%s", (_, events, call, expected) => {
    expect(concerns(run(...events), said(call), 90_000)).toBe(expected);
  });
});

describe("after a call that never got a SID", () => {
  const word = (more: Partial<ServerCall>): CallEvent => ({
    type: "server",
    at: 12_000,
    call: { key: "CA1", appointment: "a1", final: false, summary: "", ...more },
  });
  const next = (at: number): CallEvent[] => [
    { type: "place", attempt: 2, target, at },
    { type: "placed", attempt: 2, at },
  ];
  const endings: [string, LegEvent][] = [
    ["cancelled", { type: "closed", at: 5_000 }],
    ["given up", { type: "abandoned", at: 5_000 }],
  ];
  describe.each(endings)("%s", (_, ending) => {
    const before = run(...placed, mine({ type: "ending", at: 5_000 }), mine(ending));
    const second = next(10_000).reduce(transition, before);

    it.each(["requested", "ringing", "canceled", "completed", "failed"] as const)(
      "its late word is not taken: %s",
      (status) => {
        expect(transition(second, word({ status })).call).toEqual(second.call);
      },
    );

    it("a refusal is: it comes at once", () => {
      expect(transition(second, word({ status: "refused" })).call?.outcome).toBe("refused");
    });

    it("words are taken by the SID once there is one", () => {
      const named = transition(second, { type: "ringing", attempt: 2, sid: "CA2", at: 11_000 });
      expect(transition(named, word({ status: "canceled" }))).toBe(named);
      expect(transition(named, word({ key: "CA2", status: "busy" })).call?.outcome).toBe("busy");
    });

    it("it is remembered over calls that have one, and when they are cleared, but not for ever", () => {
      const named = [
        { type: "ringing", attempt: 2, sid: "CA2", at: 11_000 } as const,
        { type: "closed", attempt: 2, at: 12_000 } as const,
      ];
      const cleared = [...named, { type: "clear", at: 13_000 } as const].reduce(transition, second);
      const at = (time: number) =>
        [
          { type: "place", attempt: 3, target, at: time } as const,
          { type: "placed", attempt: 3, at: time } as const,
        ].reduce(transition, cleared);
      expect(transition(at(20_000), word({ status: "canceled" })).call?.phase).toBe("preparing");
      expect(transition(at(900_000), word({ status: "busy" })).call?.outcome).toBe("busy");
    });
  });
});
