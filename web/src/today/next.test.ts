import { describe, expect, it } from "vitest";
import type { Appointment, CalledBack, LastCall } from "../backend";
import { nextOf } from "./next";
import { isPlain } from "./plain";

const one = (id: string, more: Partial<Appointment> = {}): Appointment => ({
  id,
  status: "booked",
  patient: { id: `p-${id}`, phones: [{ ending: "0142" }] },
  lastCall: null,
  ...more,
});
const clock = (hour: string) => `2027-05-03T${hour}:00Z`;
const tried = (hour: string, more: Partial<LastCall> = {}): Pick<Appointment, "lastCall"> => ({
  lastCall: { status: "no-answer", final: true, summary: "", at: clock(hour), ...more },
});
const reached = tried("08:00", { status: "completed" });
const wrong = (hour: string) => tried(hour, { note: { outcome: "wrong-person-or-number", at: "" } });
const at = (id: string, start: string, end: string, more: Partial<Appointment> = {}) =>
  one(id, { start: clock(start), end: clock(end), ...more });

const NOBODY: ReadonlyMap<string, CalledBack> = new Map();
const next = (of: readonly Appointment[], current?: string, told = NOBODY) => nextOf(of, told, current)?.id;

describe("nextOf", () => {
  const day = [
    at("reached", "08:45", "09:15", reached),
    at("late", "09:00", "09:30"),
    at("cancelled", "10:00", "10:30", { status: "cancelled" }),
    at("later", "11:30", "12:00"),
    at("soon", "10:30", "11:00"),
  ];

  it("is the earliest of those whom nobody has called yet, also where it is late", () => {
    expect(next(day)).toBe("late");
    expect(next(day.filter(({ id }) => id !== "late"))).toBe("soon");
  });

  it("is never the one whose call has just ended", () => {
    expect(next(day, "late")).toBe("soon");
    expect(next(day, "another day's")).toBe("late");
  });

  it("is one without a time only behind all that have one", () => {
    expect(next([one("timeless"), at("b", "11:00", "11:30")])).toBe("b");
    expect(next([one("timeless"), at("b", "11:00", "11:30", reached)])).toBe("timeless");
    expect(next([at("b", "09:00", "09:30", tried("09:02")), one("timeless")]), "never called").toBe("timeless");
  });

  it("goes on down the day after a call that nobody took, and comes back when all were tried", () => {
    const [a, b, c] = [at("a", "09:00", "09:30"), at("b", "09:30", "10:00"), at("c", "14:00", "14:30")];
    const missed = { ...a, ...tried("09:02") };
    expect(next([missed, b, c], "a")).toBe("b");
    expect(next([missed, { ...b, ...reached }, c], "b"), "not the one before again").toBe("c");
    const last = [missed, { ...b, ...reached }, { ...c, ...tried("09:12") }];
    expect(next(last), "whose last try is the oldest").toBe("a");
    expect(next(last, "a")).toBe("c");
    expect(next([{ ...a, ...tried("09:20") }, b, { ...c, ...tried("09:12") }], "b")).toBe("c");
  });

  it("is, of those to call back, who rang back", () => {
    const [a, b] = [at("a", "09:00", "09:30", tried("09:02")), at("b", "10:00", "10:30", tried("10:02"))];
    expect(next([a, b])).toBe("a");
    const rang = { appointment: "b", at: clock("10:40"), ending: "0142" };
    expect(next([a, b], undefined, new Map([["b", rang]]))).toBe("b");
    expect(next([a, { ...b, calledBack: rang }])).toBe("b");
  });

  it("leads to a wrong number to have it corrected, and offers no call to it", () => {
    const mistaken = at("a", "09:00", "09:30", wrong("09:02"));
    expect(next([mistaken])).toBe("a");
    expect(isPlain(mistaken)).toBe(false);
    expect(isPlain(at("a", "09:00", "09:30", tried("09:02")))).toBe(true);
    const nobodys = at("a", "09:00", "09:30", tried("09:02", { status: "failed", failure: { sip: 404, reason: "" } }));
    expect(isPlain(nobodys)).toBe(false);
  });

  it("is nobody where all were reached, are in a call, or need not be called", () => {
    expect(next([])).toBeUndefined();
    const busy = tried("09:00", { status: "ringing", final: false });
    const none = [
      at("reached", "09:00", "09:30", reached),
      at("in a call", "09:00", "09:30", busy),
      at("cancelled", "09:00", "09:30", { status: "cancelled", ...tried("08:00") }),
      at("mistake", "09:00", "09:30", { status: "entered-in-error", ...wrong("08:00") }),
      at("missed", "09:00", "09:30", { status: "noshow" }),
      at("done", "09:00", "09:30", { status: "fulfilled" }),
    ];
    for (const status of none) expect(next([status]), status.id).toBeUndefined();
  });
});

it("isPlain is false of a patient who has died, a group, and what is off", () => {
  const patient = { id: "p", phones: [{ ending: "0142" }] };
  expect(isPlain(one("a", { numbers: 1 }))).toBe(true);
  expect(isPlain(one("a", { numbers: 1, patient: { ...patient, deceased: true } }))).toBe(false);
  expect(isPlain(one("a", { numbers: 1, patients: [patient, { ...patient, id: "q" }] }))).toBe(false);
  expect(isPlain(one("a", { numbers: 1, status: "cancelled" }))).toBe(false);
});
