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

describe("the server's word", () => {
  const guessed = [...ringing, over(33_000)];
  const cases: [string, CallEvent[], Partial<CallState>][] = [
    [
      "busy over the guess",
      [...guessed, server({ status: "busy", final: true })],
      { outcome: "busy", endedAt: 33_000 },
    ],
    ["no answer", [...guessed, server({ status: "no-answer", final: true })], { outcome: "no-answer" }],
    [
      "over failed",
      [...ringing, over(4_000, "Why."), server({ status: "no-answer", final: true })],
      { outcome: "no-answer" },
    ],
    [
      "over cancelled: the patient was quicker",
      [
        ...ringing,
        mine({ type: "ending", at: 5_000 }),
        over(5_000),
        server({ status: "completed", final: true, durationSeconds: 1 }),
      ],
      { outcome: "completed", seconds: 1, endedBy: "you" },
    ],
    [
      "its length",
      [...connected, over(20_000), server({ status: "completed", final: true, durationSeconds: 12 })],
      { seconds: 12 },
    ],
    [
      "no length: the browser's",
      [...connected, over(20_000), server({ status: "completed", final: true })],
      { seconds: 10 },
    ],
    [
      "a refusal's sentence",
      [
        ...placed,
        server({
          key: "CA5",
          appointment: "a1",
          status: "refused",
          final: true,
          refusal: { code: "x", sentence: "Not allowed." },
        }),
      ],
      { phase: "ended", outcome: "refused", reason: "Not allowed.", callSid: "CA5" },
    ],
    [
      "a refusal that was being read out",
      [...connected, server({ status: "refused", final: true, refusal: { code: "x", sentence: "Not allowed." } })],
      { phase: "ended", outcome: "refused", reason: "Not allowed." },
    ],
    [
      "ringing before the SDK says so",
      [...placed, server({ appointment: "a1", status: "ringing" })],
      { phase: "ringing", ringingAt: 90_000 },
    ],
    [
      "where the patient is",
      [...connected, server({ status: "in-progress" })],
      { phase: "connected", memberStatus: "in-progress" },
    ],
    [
      "the leg's own id instead of the key",
      [...ringing, server({ key: "CA0", clinicianLeg: "CA1", status: "busy" })],
      { outcome: "busy" },
    ],
    [
      "a late word does not take an outcome back",
      [...guessed, server({ status: "busy", final: true }), server({ status: "ringing" })],
      { outcome: "busy", memberStatus: "busy" },
    ],
    [
      "not that you cancelled what broke",
      [...ringing, over(5_000, "Lost."), server({ status: "canceled", final: true })],
      { outcome: "failed", reason: "Lost." },
    ],
  ];
  it.each(cases)("%s", (_, events, expected) => {
    expect(run(...events).call).toMatchObject(expected);
  });

  const word = (more: Partial<ServerCall>) => server({ status: "completed", final: true, ...more });
  const pressed = mine({ type: "ending", at: 19_000 });
  it.each<[string, CallEvent[], CallState["endedBy"]]>([
    ["the member, whatever was guessed", [...connected, over(20_000, "Lost."), word({ endedBy: "member" })], "them"],
    [
      "the clinician, who did not press: not you",
      [...connected, over(20_000), word({ endedBy: "clinician" })],
      undefined,
    ],
    ["you pressed: you", [...connected, pressed, over(20_000), word({ endedBy: "member" })], "you"],
    ["not told: nobody's, the carrier has a limit too", [...connected, over(20_000), word({})], undefined],
    ["told after the end", [...connected, over(20_000), word({}), word({ endedBy: "member" })], "them"],
  ])("who ended it: %s", (_, events, by) => {
    expect(run(...events).call?.endedBy).toBe(by);
  });

  it("what answered, also when that comes after the end", () => {
    const machine = { status: "in-progress", answeredBy: "machine_start" } as const;
    expect(run(...connected, server(machine)).call).toMatchObject({ phase: "connected", answeredBy: "machine_start" });
    const late = run(...connected, over(20_000), word({}), word({ answeredBy: "machine_end_beep" }));
    expect(late.call).toMatchObject({ outcome: "completed", answeredBy: "machine_end_beep" });
  });

  it("no answer, but the clinician did not wait for one", () => {
    const word = server({ status: "no-answer", final: true, endedBy: "clinician" });
    expect(run(...ringing, pressed, over(20_000), word).call).toMatchObject({ outcome: "cancelled", endedBy: "you" });
    expect(run(...ringing, over(20_000, "Lost."), word).call).toMatchObject({ outcome: "failed", reason: "Lost." });
  });

  it("why it failed", () => {
    const failure = { code: 13224, sip: 404, reason: "The number does not exist." };
    expect(run(...ringing, server({ status: "failed", final: true, failure })).call).toMatchObject({
      reason: failure.reason,
      sip: 404,
    });
    const broke = run(...ringing, over(4_000, "Lost."), server({ status: "canceled", final: true, failure }));
    expect(broke.call?.reason, "what broke here is known here").toBe("Lost.");
    expect(run(...ringing, server({ status: "busy", final: true, failure })).call?.reason).toBeUndefined();
  });

  it("that it was declined: it rang first, or the phone said so", () => {
    const busy = (failure?: ServerCall["failure"]) =>
      server({ status: "busy", final: true, ...(failure ? { failure } : {}) });
    expect(run(...ringing, server({ status: "ringing" }), busy()).call?.declined).toBe(true);
    expect(run(...ringing, busy({ sip: 603, reason: "Declined." })).call?.declined).toBe(true);
    // The SDK calls it ringing as soon as the gateway works on it.
    expect(run(...ringing, busy()).call?.declined).toBeUndefined();
  });

  it("leaves out what does not go with its outcome", () => {
    const busy = run(...connected, over(20_000), server({ status: "busy", final: true })).call;
    expect(busy).not.toHaveProperty("seconds");
    expect(busy).not.toHaveProperty("endedBy");
    expect(run(...ringing, over(4_000, "Why."), server({ status: "busy", final: true })).call).not.toHaveProperty(
      "reason",
    );
  });
});
