import { describe, expect, it } from "vitest";
import type { CallState, ServerCall } from "./state";
import { type CallEvent, idleLine, type LegEvent, type Line, transition } from "./transitions";

const target = {
  appointment: "a1",
  number: "+447700900142",
  name: "Margaret Ellis",
  ending: "0142",
  recipient: "Patient/p",
};
const place: CallEvent = { type: "place", attempt: 1, target, at: 1_000 };
const mine = (event: LegEvent): CallEvent => ({ ...event, attempt: 1 });
const server = (more: Partial<ServerCall>, at = 90_000): CallEvent => ({
  type: "server",
  at,
  call: { key: "CA1", final: false, summary: "", ...more },
});
const run = (...events: CallEvent[]): Line => events.reduce(transition, idleLine);

const placed = [place, mine({ type: "placed", at: 2_000 })];
const ringing = [...placed, mine({ type: "ringing", sid: "CA1", at: 3_000 })];
const connected = [...ringing, mine({ type: "accepted", sid: "CA1", at: 10_000 })];
const over = (at: number, reason?: string) => mine({ type: "closed", at, reason });

describe("the way of a call", () => {
  const cases: [string, CallEvent[], Partial<CallState>][] = [
    ["preparing", placed, { phase: "preparing", startedAt: 1_000 }],
    ["ringing", ringing, { phase: "ringing", ringingAt: 3_000, callSid: "CA1" }],
    [
      "a second ringing changes nothing",
      [...ringing, mine({ type: "ringing", sid: "CA1", at: 5_000 })],
      { ringingAt: 3_000 },
    ],
    ["connected", connected, { phase: "connected", answeredAt: 10_000 }],
    [
      "connected without ringing",
      [...placed, mine({ type: "accepted", sid: "CA1", at: 4_000 })],
      { phase: "connected" },
    ],
    [
      "reconnecting",
      [...connected, mine({ type: "reconnecting", at: 11_000 })],
      { phase: "reconnecting", answeredAt: 10_000 },
    ],
    [
      "reconnected",
      [...connected, mine({ type: "reconnecting", at: 11_000 }), mine({ type: "reconnected", at: 12_000 })],
      { phase: "connected", answeredAt: 10_000 },
    ],
    ["muted", [...connected, mine({ type: "muted", muted: true, at: 11_000 })], { muted: true, phase: "connected" }],
    [
      "keys",
      [...connected, mine({ type: "digit", digit: "1", at: 1 }), mine({ type: "digit", digit: "#", at: 2 })],
      { digits: "1#" },
    ],
    ["ended, and not by you", [...connected, over(73_400)], { phase: "ended", outcome: "completed", seconds: 63 }],
    [
      "ended by you",
      [...connected, mine({ type: "ending", at: 20_000 }), over(20_000)],
      { phase: "ended", outcome: "completed", endedBy: "you", seconds: 10 },
    ],
    [
      "cancelled",
      [...ringing, mine({ type: "ending", at: 5_000 }), over(5_000)],
      { outcome: "cancelled", endedBy: "you" },
    ],
    [
      "failed with its reference",
      [...ringing, over(5_000, "Why.")],
      { outcome: "failed", reason: "Why.", callSid: "CA1" },
    ],
    ["lost while talking", [...connected, over(15_000, "Why.")], { outcome: "completed", reason: "Why.", seconds: 5 }],
    [
      "silence of the server, that told nothing",
      [...ringing, over(5_000), mine({ type: "silence", at: 13_000 })],
      {
        outcome: "failed",
        endedAt: 5_000,
        reason: "We could not find out what happened. The record beside will say.",
      },
    ],
    [
      "silence of the server after it told that it rings",
      [...ringing, server({ status: "ringing" }), over(5_000), mine({ type: "silence", at: 13_000 })],
      { outcome: "failed", reason: "The call ended before it was answered." },
    ],
    [
      "a reason that comes after the end",
      [...connected, over(15_000), over(15_001, "Why.")],
      { outcome: "completed", reason: "Why.", endedAt: 15_000, seconds: 5 },
    ],
    [
      "no reason after the person's own end",
      [...connected, mine({ type: "ending", at: 15_000 }), over(15_000), over(15_001, "Why.")],
      { outcome: "completed", endedBy: "you" },
    ],
  ];
  it.each(cases)("%s", (_, events, expected) => {
    expect(run(...events).call).toMatchObject(expected);
  });

  it("is not known to be anyone's end when it broke, nor when it was not answered", () => {
    expect(run(...connected, over(15_000, "Why.")).call?.endedBy).toBeUndefined();
    expect(run(...ringing, over(5_000)).call).not.toHaveProperty("outcome");
    expect(run(...ringing, over(5_000)).call).not.toHaveProperty("endedBy");
    expect(run(...connected, over(15_000), over(15_001, "Why.")).call?.endedBy).toBeUndefined();
  });

  it("is not known to be anyone's end when the connection was away", () => {
    const away = [...connected, mine({ type: "reconnecting", at: 14_000 })];
    const word = server({ status: "completed", final: true });
    for (const events of [[over(15_000)], [over(15_000), word], [word], [word, word], [word, over(15_000), word]]) {
      const { call } = run(...away, ...events);
      expect(call).toMatchObject({ phase: "ended", outcome: "completed" });
      expect(call).not.toHaveProperty("endedBy");
    }
    const still = run(
      ...away,
      server({ status: "in-progress" }),
      mine({ type: "reconnected", at: 15_000 }),
      over(16_000),
      server({ status: "completed", final: true, endedBy: "member" }),
    );
    expect(still.call?.endedBy, "it came back").toBe("them");
    expect(run(...away, mine({ type: "ending", at: 15_000 }), word, word).call?.endedBy).toBe("you");
  });

  it("goes on with one call: a second is not placed, a live one not cleared", () => {
    const line = run(...ringing);
    expect(transition(line, { ...place, attempt: 2 })).toBe(line);
    expect(transition(line, { type: "clear", at: 0 })).toBe(line);
    expect(run(...ringing, over(5_000), { type: "clear", at: 0 }).call).toBeNull();
  });

  it("asks about a call that is none yet: nothing said of another one touches it, and it can be cleared", () => {
    const ask: CallEvent = { type: "ask", target, at: 50_000 };
    expect(transition(run(...ringing), ask), "a live call goes on").toMatchObject({ call: { phase: "ringing" } });
    const line = run(...ringing, over(5_000), ask);
    expect(line.call).toMatchObject({ phase: "asking", target, startedAt: 50_000 });
    for (const event of [mine({ type: "silence", at: 1 }), over(6_000), server({ status: "busy", final: true })])
      expect(transition(line, event)).toBe(line);
    expect(transition(line, { type: "clear", at: 0 }).call).toBeNull();
    expect(transition(line, { ...place, attempt: 2 }).call?.phase).toBe("preparing");
  });

  it("ignores what an old call says", () => {
    const again: CallEvent = { type: "place", attempt: 2, target, at: 100_000 };
    const line = run(...connected, over(20_000), again);
    expect(line.call).toMatchObject({ phase: "preparing", startedAt: 100_000, muted: false });
    const stale: LegEvent[] = [
      { type: "ringing", sid: "CA1", at: 1 },
      { type: "accepted", sid: "CA1", at: 1 },
      { type: "reconnecting", at: 1 },
      { type: "muted", muted: true, at: 1 },
      { type: "warning", name: "low-mos", raised: true, at: 1 },
      { type: "closed", reason: "Why.", at: 1 },
      { type: "abandoned", at: 1 },
    ];
    for (const event of stale) expect(transition(line, mine(event)), event.type).toBe(line);
  });

  it("ignores its own call's events once it has ended", () => {
    const line = run(...connected, over(20_000));
    for (const event of [
      { type: "accepted" as const, at: 1 },
      { type: "reconnecting" as const, at: 1 },
      { type: "closed" as const, at: 1 },
    ]) {
      expect(transition(line, mine(event)), event.type).toBe(line);
    }
  });

  it("is nothing when it was abandoned", () => {
    expect(run(...placed, mine({ type: "abandoned", at: 3_000 })).call).toBeNull();
    expect(run(...placed, over(3_000), mine({ type: "abandoned", at: 3_000 })).call).toBeNull();
  });
});
