import { describe, expect, it } from "vitest";
import type { Appointment, LastCall } from "../backend";
import { nextAfter, wasReached } from "./next";

const one = (id: string, more: Partial<Appointment> = {}): Appointment => ({
  id,
  status: "booked",
  patient: null,
  lastCall: null,
  ...more,
});
const last = (more: Partial<LastCall>): LastCall => ({ status: "completed", final: true, summary: "", ...more });

describe("nextAfter", () => {
  it("is the next of the day whose patient was not reached yet", () => {
    const day = [one("a"), one("b", { lastCall: last({}) }), one("c", { status: "cancelled" }), one("d"), one("e")];
    expect(nextAfter(day, "a")?.id).toBe("d");
    expect(nextAfter(day, "e")?.id, "after the last one, who was left out before").toBe("a");
    expect(nextAfter(day, "another day's")?.id).toBe("a");
  });

  it("is nobody where everybody was reached, and never the one just called", () => {
    expect(nextAfter([one("a"), one("b", { lastCall: last({}) })], "a")).toBeUndefined();
    expect(nextAfter([], "a")).toBeUndefined();
  });
});

describe("wasReached", () => {
  const at = "2027-05-03T09:20:00Z";
  it.each([
    [null, false],
    [last({}), true],
    [last({ answeredBy: "human" }), true],
    [last({ answeredBy: "machine_start" }), false],
    [last({ status: "no-answer" }), false],
    [last({ note: { at, outcome: "left-message" } }), false],
    [last({ note: { at, outcome: "spoke-with-somebody-else" } }), false],
    [last({ answeredBy: "machine_start", note: { at, outcome: "spoke-with-patient" } }), true],
    [last({ note: { at, outcome: "other" } }), true],
    [last({ note: { at, text: "Rings again" } }), true],
  ])("%o: %s", (lastCall, reached) => {
    expect(wasReached({ lastCall })).toBe(reached);
  });
});
