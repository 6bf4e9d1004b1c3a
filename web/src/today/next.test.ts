import { describe, expect, it } from "vitest";
import type { Appointment, LastCall } from "../backend";
import { nextOf, wasReached } from "./next";

const one = (id: string, more: Partial<Appointment> = {}): Appointment => ({
  id,
  status: "booked",
  patient: null,
  lastCall: null,
  ...more,
});
const last = (more: Partial<LastCall>): LastCall => ({ status: "completed", final: true, summary: "", ...more });

const clock = (hour: string) => `2027-05-03T${hour}:00Z`;
const at = (id: string, start: string, end: string, more: Partial<Appointment> = {}) =>
  one(id, { start: clock(start), end: clock(end), ...more });

describe("nextOf", () => {
  const reached = { lastCall: last({}) };
  const day = [
    at("early", "08:00", "08:30"),
    at("just past", "09:00", "09:30"),
    at("reached", "09:45", "10:15", reached),
    at("cancelled", "10:00", "10:30", { status: "cancelled" }),
    at("soon", "10:30", "11:00"),
    at("later", "11:30", "12:00"),
  ];
  const next = (of: readonly Appointment[], now: string, current?: string) =>
    nextOf(of, Date.parse(clock(now)), current)?.id;

  it("is the first from now on, or just past, whose patient was not reached yet", () => {
    expect(next(day, "07:00")).toBe("early");
    expect(next(day, "09:50")).toBe("just past");
    expect(next(day, "10:05"), "the one before is long over").toBe("soon");
  });

  it("is never the one whose call has just ended", () => {
    expect(next(day, "09:50", "just past")).toBe("soon");
    expect(next(day, "10:35", "soon")).toBe("later");
    expect(next(day, "10:35", "another day's")).toBe("soon");
  });

  it("is one that was left out, where nothing is to come", () => {
    expect(next(day, "18:00")).toBe("early");
  });

  it("is nobody where everybody was reached, nor one without a time", () => {
    expect(next([one("timeless"), at("b", "11:00", "11:30", reached)], "10:00")).toBeUndefined();
    expect(next([], "10:00")).toBeUndefined();
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
