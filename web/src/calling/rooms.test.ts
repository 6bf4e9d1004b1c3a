import { describe, expect, it } from "vitest";
import type { Participant } from "../roomRoutes";
import { target } from "./fakes";
import { asksBeforeEnd, roomOf } from "./rooms";
import type { RoomSeen, ServerCall } from "./state";
import { type CallEvent, idleLine, type Line, transition } from "./transitions";

const party = (label: string, more: Partial<Participant> = {}): Participant => ({
  label,
  role: "member",
  state: "connected",
  held: false,
  muted: false,
  self: false,
  ...more,
});
const open: RoomSeen = { open: true, others: 2, held: 0, colleagues: 0 };
const at = 1_000;
const key = "CA1";
const talking: CallEvent[] = [
  { type: "place", attempt: 1, target, at },
  { type: "placed", attempt: 1, at },
  { type: "accepted", attempt: 1, sid: key, at },
];
const run = (...events: CallEvent[]): Line => events.reduce(transition, idleLine);
const room = (change: Partial<RoomSeen> = {}): CallEvent => ({
  type: "room",
  call: key,
  room: { ...open, ...change },
  at,
});
const server = (more: Partial<ServerCall>): CallEvent => ({
  type: "server",
  call: { key, final: true, summary: "", ...more },
  at,
});
const memberLeft = server({ status: "completed", endedBy: "member", durationSeconds: 60 });
const ending = (how?: "all" | "leave"): CallEvent => ({ type: "ending", attempt: 1, how, at });

describe("roomOf", () => {
  it("counts who is in it beside oneself, on hold, and as a colleague", () => {
    const participants = [
      party("p1", { role: "clinician", self: true }),
      party("p2", { held: true }),
      party("p3", { role: "interpreter", state: "ringing" }),
      party("p4", { role: "second-clinician" }),
      party("p5", { role: "family", state: "left", outcome: "busy" }),
    ];
    expect(roomOf({ call: key, room: "open", mine: true, participants })).toEqual({
      open: true,
      others: 2,
      held: 1,
      colleagues: 1,
    });
    expect(roomOf({ call: key, room: "moving", mine: true, participants: [] }).open).toBe(false);
  });
});

describe("a call in a room", () => {
  it("goes on when the member has left, and has their outcome when it ends here", () => {
    const on = run(...talking, room(), memberLeft);
    expect(on.call).toMatchObject({ phase: "connected" });
    const over = transition(on, { type: "closed", attempt: 1, at: at + 90_000 });
    expect(over.call).toMatchObject({ phase: "ended", outcome: "completed", endedBy: "them", seconds: 60 });
    expect(over.told).toBe(true);
  });

  it("ends with the room, when nobody closes the leg", () => {
    const over = run(...talking, room(), memberLeft, room({ open: false, others: 0 }));
    expect(over.call).toMatchObject({ phase: "ended", outcome: "completed" });
  });

  it("ends by the member's end as ever, when it is in none", () => {
    expect(run(...talking, memberLeft).call).toMatchObject({ phase: "ended" });
    expect(run(...talking, room(), room({ open: false }), memberLeft).call).toMatchObject({ phase: "ended" });
  });

  it("is not touched by another call's room", () => {
    const before = run(...talking);
    expect(transition(before, { type: "room", call: "CA2", room: open, at })).toBe(before);
  });
});

describe("asksBeforeEnd", () => {
  it.each<[string, Partial<RoomSeen>, boolean]>([
    ["somebody else would be cut off", { others: 2 }, true],
    ["the one other is on hold", { others: 1, held: 1 }, true],
    ["it is one other", { others: 1 }, false],
    ["the room is over", { open: false, others: 2, held: 1 }, false],
  ])("when %s", (_, change, asks) => {
    const { call } = run(...talking, room(change));
    expect(call && asksBeforeEnd(call)).toBe(asks);
  });

  it("lets the first press ask and the second one end it", () => {
    const asked = run(...talking, room(), ending());
    expect(asked).toMatchObject({ ending: false, call: { asksToEnd: true } });
    const again = transition(asked, ending());
    expect(again.ending).toBe(true);
    expect(again.call?.asksToEnd).toBeUndefined();
  });

  it("lets them stay, leave, and does not ask on when the others have gone", () => {
    const asked = run(...talking, room({ colleagues: 1 }), ending());
    expect(transition(asked, { type: "staying", attempt: 1, at }).call?.asksToEnd).toBe(false);
    expect(transition(asked, ending("leave"))).toMatchObject({ ending: true, call: { left: true } });
    expect(transition(asked, room({ others: 1 })).call?.asksToEnd).toBe(false);
  });
});
