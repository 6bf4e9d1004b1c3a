import { cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Appointment, Day } from "../backend";
import type { SoftphoneState } from "../calling/state";
import { show } from "../testing";
import { NextPatient } from "./NextPatient";

const TODAY = "2027-05-03";
const missed = { status: "no-answer", final: true, summary: "" } as const;
const RAHMAN: Appointment = {
  id: "8",
  start: "2027-05-03T09:30:00Z",
  status: "booked",
  patient: { id: "q", name: "Ms Aisha Rahman", phones: [{ ending: "0487" }] },
  lastCall: missed,
  numbers: 1,
};

function beside(appointments: Appointment[], more: Partial<Day> = {}, called?: string) {
  const list: Day = { date: TODAY, timeZone: "Europe/London", appointments, ...more };
  const call = called === undefined ? null : { phase: "ended", target: { appointment: called } };
  const phone = { call, trouble: null } as unknown as SoftphoneState;
  const now = Date.parse("2027-05-03T10:00:00Z");
  return show(<NextPatient list={list} shown={{ now, today: TODAY, day: TODAY }} />, { phone });
}

describe("who is next, beside the list", () => {
  afterEach(cleanup);

  it("is called or, with a wrong number, opened alone", () => {
    beside([RAHMAN]);
    screen.getByRole("button", { name: "Call Ms Aisha Rahman" });
    cleanup();
    beside([{ ...RAHMAN, lastCall: { ...missed, note: { outcome: "wrong-person-or-number", at: "" } } }]);
    screen.getByRole("link", { name: "Open" });
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("says that nobody waits only where that is so, and of the others where one was just called", () => {
    beside([]);
    screen.getByText("Nobody is waiting");
    cleanup();
    beside([RAHMAN], {}, "8");
    screen.getByText("Nobody else is waiting");
    cleanup();
    beside([], { unread: 1 });
    expect(screen.queryByText(/^Nobody/)).toBeNull();
  });
});
