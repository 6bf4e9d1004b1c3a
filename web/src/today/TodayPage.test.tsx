import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Appointment, BackendError, type Day } from "../backend";
import { show } from "../testing";
import { TodayPage } from "./TodayPage";

const NOW = Date.parse("2027-05-03T08:30:00Z"); // 09:30 in London

function appointment(id: string, start: string, more: Partial<Appointment> = {}): Appointment {
  return {
    id,
    start,
    status: "booked",
    reason: "Review",
    patient: { id: `p-${id}`, name: `Patient ${id}`, birthDate: "1956-05-03", phones: [{ ending: "0142" }] },
    lastCall: null,
    ...more,
  };
}

function day(date: string, ...appointments: Appointment[]): Day {
  return { date, timeZone: "Europe/London", appointments };
}

async function rowsOf(): Promise<HTMLElement[]> {
  return within(await screen.findByRole("list", { name: "Appointments" })).getAllByRole("listitem");
}

describe("Today", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(NOW);
  });
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("lists the day in the clinic's time, with two identifiers, the last call and the next appointment marked", async () => {
    const lastCall = { status: "no-answer" as const, final: true, summary: "No answer", at: "2027-05-03T08:12:00Z" };
    show(<TodayPage />, {
      backend: {
        day: async () =>
          day(
            "2027-05-03",
            appointment("a", "2027-05-03T08:00:00Z", { status: "fulfilled", lastCall }),
            appointment("b", "2027-05-03T08:45:00Z"),
            appointment("c", "2027-05-03T10:00:00Z"),
          ),
      },
    });
    const rows = (await rowsOf()).map((row) => row.textContent);
    expect(rows).toEqual([
      "09:00Patient aBorn 3 May 1956ReviewDoneNo answer, 09:12Call",
      "09:45NextPatient bBorn 3 May 1956ReviewBookedNo call yetCall",
      "11:00Patient cBorn 3 May 1956ReviewBookedNo call yetCall",
    ]);
    expect(screen.getByRole("link", { name: "Open Patient b, 09:45" }).getAttribute("href")).toBe("/appointments/b");
    expect(document.title).toBe("Today – Clinic calls");
  });

  it("says so when there is nothing, and goes to another day", async () => {
    const asked: (string | undefined)[] = [];
    const { place } = show(<TodayPage />, {
      backend: {
        day: async (date) => {
          asked.push(date);
          return day(date ?? "2027-05-03");
        },
      },
    });
    await screen.findByText("No appointments today.");
    fireEvent.click(screen.getByRole("button", { name: "Day after" }));
    await screen.findByText("No appointments on this day.");
    screen.getByText("Tuesday 4 May 2027");
    expect(place.history.at(-1)).toBe("/?date=2027-05-04");
    fireEvent.click(screen.getByRole("button", { name: "Today" }));
    await screen.findByText("No appointments today.");
    expect(asked.slice(0, 2)).toEqual(["2027-05-03", "2027-05-04"]);
  });

  it("tells of a day when another one has come, not when the time goes on", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: NOW });
    show(<TodayPage />, { backend: { day: async (date) => day(date ?? "") } });
    await screen.findByText("No appointments today.");
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(screen.getByRole("status").textContent).toBe("");
    fireEvent.click(screen.getByRole("button", { name: "Day after" }));
    await screen.findByText("No appointments on this day.");
    expect(screen.getByRole("status").textContent).toBe("Tuesday 4 May 2027: 0 appointments");
  });

  it("never shows yesterday's list under today's date", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: Date.parse("2027-05-03T22:59:50Z") });
    show(<TodayPage />, {
      backend: {
        async day(date) {
          if (date === "2027-05-03") return day(date, appointment("a", "2027-05-03T08:00:00Z"));
          return new Promise<Day>(() => undefined);
        },
      },
    });
    await rowsOf();
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    screen.getByText("Tuesday 4 May 2027");
    expect(screen.queryByText("Patient a")).toBeNull();
  });

  it("shows the service's sentence and reference, and tries again", async () => {
    let fail = true;
    show(<TodayPage />, {
      backend: {
        day: async () => {
          if (fail) throw new BackendError("unavailable", "The health record does not answer.", { incident: "inc-7" });
          return day("2027-05-03");
        },
      },
    });
    const alert = await screen.findByRole("alert");
    within(alert).getByText("The health record does not answer.");
    within(alert).getByText("inc-7");
    fail = false;
    fireEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    await screen.findByText("No appointments today.");
    await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("marks who has died, names each patient of a group, and counts what could not be read", async () => {
    const beth = { id: "p-2", name: "Beth Smith", birthDate: "1958-02-01", phones: [] };
    const alan = { id: "p-1", name: "Alan Smith", birthDate: "1956-05-03", phones: [], unreadable: 2 };
    const gone = { id: "p-3", name: "Gone Before", birthDate: "1940-02-03", phones: [], deceased: true, unreadable: 1 };
    show(<TodayPage />, {
      backend: {
        day: async () => ({
          ...day(
            "2027-05-03",
            appointment("a", "2027-05-03T08:45:00Z", { patient: alan, patients: [alan, beth] }),
            appointment("b", "2027-05-03T09:45:00Z", { patient: gone }),
            appointment("c", "2027-05-03T10:45:00Z", { patient: { id: "u", phones: [], unread: true } }),
          ),
          unread: 2,
        }),
      },
    });
    const rows = (await rowsOf()).map((row) => row.textContent);
    expect(rows).toEqual([
      "09:45NextAlan SmithBorn 3 May 19562 telephone entries cannot be readBeth SmithBorn 1 February 1958ReviewBookedNo call yetOpen",
      "10:45Gone Before DeceasedBorn 3 February 19401 telephone entry cannot be readReviewBookedNo call yetOpen",
      "11:45Patient could not be readDate of birth could not be readReviewBookedNo call yetOpen",
    ]);
    screen.getByRole("link", { name: "Open Alan Smith and Beth Smith, 09:45" });
    screen.getByText("2 appointments of this day could not be read.");
  });

  it("does not call a day empty of which something could not be read", async () => {
    show(<TodayPage />, { backend: { day: async () => ({ ...day("2027-05-03"), unread: 1 }) } });
    await screen.findByText("1 appointment of this day could not be read.");
    expect(screen.queryByText("No appointments today.")).toBeNull();
  });

  const passing = (more = {}) => new BackendError("unavailable", "The health record does not answer.", more);

  it("notices by itself that an outage has ended, and reads the trouble out once", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: NOW });
    let fail = true;
    let asked = 0;
    show(<TodayPage />, {
      backend: {
        day: async () => {
          asked++;
          if (fail) throw passing({ incident: `inc-${asked}` });
          return day("2027-05-03");
        },
      },
    });
    const alert = await screen.findByRole("alert");
    const words = alert.textContent;
    await act(() => vi.advanceTimersByTimeAsync(10_000));
    expect(asked).toBeGreaterThan(1);
    expect(screen.getByRole("alert"), "the same element").toBe(alert);
    expect(alert.textContent, "nothing new to be read out").toBe(words);
    fail = false;
    await act(() => vi.advanceTimersByTimeAsync(40_000));
    await screen.findByText("No appointments today.");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("does not ask before the service wants to be asked, nor again what a question will not change", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: NOW });
    const asked: number[] = [];
    let error = passing({ retryAfter: 60_000 });
    show(<TodayPage />, {
      backend: {
        day: async () => {
          asked.push(Date.now());
          throw error;
        },
      },
    });
    await screen.findByRole("alert");
    await act(() => vi.advanceTimersByTimeAsync(55_000));
    expect(asked).toHaveLength(1);
    error = new BackendError("forbidden", "Not yours.");
    await act(() => vi.advanceTimersByTimeAsync(40_000));
    expect(asked).toHaveLength(2);
    await screen.findByText("Not yours.");
    await act(() => vi.advanceTimersByTimeAsync(300_000));
    expect(asked.length, "only as often as any list is renewed").toBeLessThanOrEqual(5);
  });

  it("names what the record does not have", async () => {
    show(<TodayPage />, {
      backend: {
        day: async () =>
          day("2027-05-03", { id: "x", status: "weird", patient: null, lastCall: null } satisfies Appointment),
      },
    });
    await rowsOf();
    expect(screen.getAllByText("No patient in the record"), "in its row, and as the next").toHaveLength(2);
    screen.getByText("No time");
    screen.getByText("weird");
  });

  it("calls from a row with one number, and leads to the appointment where there is a choice", async () => {
    const phone = { number: "+447700900142", ending: "0142", of: "Patient/p-a" };
    const { place, services } = show(<TodayPage />, {
      backend: {
        day: async () =>
          day(
            "2027-05-03",
            appointment("a", "2027-05-03T08:45:00Z", { numbers: 1 }),
            appointment("b", "2027-05-03T09:45:00Z", { numbers: 2 }),
            appointment("c", "2027-05-03T10:45:00Z", { numbers: 1, status: "cancelled" }),
          ),
        appointment: async (id) => ({ ...appointment(id, "2027-05-03T08:45:00Z"), phones: [phone] }),
      },
    });
    const calls: string[] = [];
    services.softphone.call = async ({ number }) => void calls.push(number);
    const rows = await rowsOf();
    const buttons = rows.map((row) => within(row).queryAllByRole("button").length);
    expect(buttons, "where something is to be chosen or asked, the row opens").toEqual([1, 0, 0]);
    fireEvent.click(within(rows[0] as HTMLElement).getByRole("button", { name: "Call Patient a" }));
    await waitFor(() => expect(calls).toEqual(["+447700900142"]));
    expect(place.history).toEqual(["/"]);
  });

  it("shows who rang back, counts them, and keeps what is searched for", async () => {
    const calledBack = { appointment: "b", at: "2027-05-03T08:20:00Z", ending: "0142" };
    show(<TodayPage />, {
      backend: {
        day: async () =>
          day(
            "2027-05-03",
            appointment("a", "2027-05-03T08:45:00Z"),
            appointment("b", "2027-05-03T09:45:00Z", { calledBack, reason: "Diet" }),
          ),
      },
    });
    expect((await rowsOf())[1]?.textContent).toContain("Called back at 09:20");
    fireEvent.click(screen.getByRole("button", { name: "To call back 1" }));
    expect(await rowsOf()).toHaveLength(1);
    expect(screen.getByRole("status").textContent).toBe("1 appointment shown");
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "review" } });
    screen.getByText("No appointment is like that.");
    fireEvent.click(screen.getByRole("button", { name: "Show all" }));
    expect(await rowsOf()).toHaveLength(2);
  });
});
