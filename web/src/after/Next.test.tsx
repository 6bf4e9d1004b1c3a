import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Appointment, Backend, Day } from "../backend";
import { MOMENT } from "../calling/settling";
import { keys } from "../live/caches";
import { show } from "../testing";
import { Next } from "./Next";

const RAHMAN: Appointment = {
  id: "8",
  start: "2027-05-03T09:30:00Z",
  status: "booked",
  patient: { id: "q", name: "Ms Aisha Rahman", phones: [] },
  lastCall: null,
  numbers: 1,
};
const missed = { status: "no-answer", final: true, summary: "" } as const;

function ended(appointments: Appointment[], more: Partial<Day> = {}, current = "7", backend: Partial<Backend> = {}) {
  const day: Day = { date: "2027-05-03", timeZone: "Europe/London", appointments, ...more };
  return show(<Next current={current} />, { backend: { day: async () => day, ...backend } });
}

/** The same day, with the list as it has become. */
function renew({ client }: ReturnType<typeof show>, appointments: Appointment[]) {
  return act(async () => {
    client.setQueriesData<Day>({ queryKey: keys.days }, (day) => day && { ...day, appointments });
    await vi.advanceTimersByTimeAsync(1);
  });
}

describe("who is next, after a call", () => {
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  const EARLIER: Appointment = {
    ...RAHMAN,
    id: "9",
    start: "2027-05-03T09:00:00Z",
    patient: { id: "r", name: "Mr Noah Reid", phones: [] },
  };

  it("stays next for as long as they wait, whoever comes before them", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const shown = ended([RAHMAN]);
    await screen.findByRole("button", { name: "Call Ms Aisha Rahman" });
    await renew(shown, [EARLIER, RAHMAN]);
    screen.getByRole("button", { name: "Call Ms Aisha Rahman" });
    expect(screen.getByTestId("next-news").textContent).toBe("");
  });

  it("is said when it is another one, who cannot be called by the press that was meant for the first", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const appointment = vi.fn(() => new Promise<Appointment>(() => {}));
    const shown = ended([RAHMAN], {}, "7", { appointment });
    await screen.findByRole("button", { name: "Call Ms Aisha Rahman" });
    await renew(shown, [EARLIER, { ...RAHMAN, status: "cancelled" }]);
    const other = screen.getByRole("button", { name: "Call Mr Noah Reid" });
    expect(screen.getByTestId("next-news").textContent).toBe("Next: 10:00 Mr Noah Reid");
    fireEvent.click(other);
    expect(appointment).not.toHaveBeenCalled();
    await act(() => vi.advanceTimersByTimeAsync(MOMENT));
    fireEvent.click(other);
    expect(appointment).toHaveBeenCalledOnce();
  });

  it("is called from there, or found in the appointment where a call is not plain", async () => {
    ended([RAHMAN]);
    await screen.findByRole("link", { name: "Next: 10:30 Ms Aisha Rahman" });
    screen.getByRole("button", { name: "Call Ms Aisha Rahman" });
    expect(screen.queryByRole("link", { name: "Open Ms Aisha Rahman" })).toBeNull();
  });

  it.each<[string, Partial<Appointment>]>([
    ["the patient has died", { patient: { id: "q", name: "Ms Aisha Rahman", phones: [], deceased: true } }],
    ["the number was a wrong one", { lastCall: { ...missed, note: { outcome: "wrong-person-or-number", at: "" } } }],
    ["there are two numbers", { numbers: 2 }],
  ])("is opened and not called where %s", async (_, more) => {
    ended([{ ...RAHMAN, ...more }]);
    const open = await screen.findByRole("link", { name: "Open Ms Aisha Rahman" });
    expect(open.getAttribute("href")).toBe("/appointments/8");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("may be somebody without a time", async () => {
    const { start: _, ...timeless } = RAHMAN;
    ended([timeless]);
    await screen.findByRole("link", { name: "Next: Ms Aisha Rahman" });
  });

  const nobody = "Nobody else is waiting for a call today.";
  it.each<[string, Appointment[], string]>([
    ["a day without appointments", [], "7"],
    ["nobody but whose call has just ended, and was not reached", [{ ...RAHMAN, lastCall: missed }], "8"],
    ["all the others were reached", [{ ...RAHMAN, lastCall: { ...missed, status: "completed" } }], "7"],
    ["what is left was cancelled", [{ ...RAHMAN, status: "cancelled" }], "7"],
    ["what is left was missed", [{ ...RAHMAN, status: "noshow" }], "7"],
    ["what is left is done", [{ ...RAHMAN, status: "fulfilled" }], "7"],
  ])("says of the others alone that nobody waits: %s", async (_, appointments, current) => {
    ended(appointments, {}, current);
    await screen.findByText(nobody);
  });

  it("says nothing of what could not be read", async () => {
    ended([], { unread: 2 });
    await screen.findByText("2 appointments of this day could not be read.");
    expect(screen.queryByText(nobody)).toBeNull();
  });
});
