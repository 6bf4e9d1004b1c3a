import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { type Appointment, BackendError, type Moment, type RecordedCall } from "../backend";
import { show } from "../testing";
import { History } from "./History";

const APPOINTMENT: Appointment = {
  id: "7",
  status: "arrived",
  patient: { id: "p", name: "Margaret Ellis", phones: [] },
  lastCall: null,
  phones: [
    { number: "+447700900142", ending: "0142", of: "Patient/p" },
    { number: "+447700900318", ending: "0318", of: "RelatedPerson/d", name: "Chidinma Okafor" },
  ],
};

function moment(
  version: string,
  at: string,
  status: NonNullable<Moment["status"]>,
  more: Partial<Moment> = {},
): Moment {
  return { version, at, status, summary: "", ...more };
}

const CALL: RecordedCall = {
  id: "comm-1",
  key: "CA1",
  clinicianLeg: "CA1",
  memberLeg: "CA2",
  status: "completed",
  final: true,
  summary: "",
  ending: "0142",
  sent: "2027-05-03T08:10:00Z",
  durationSeconds: 363,
  timeline: [
    moment("f3e1", "2027-05-03T08:10:00Z", "requested"),
    moment("a9c2", "2027-05-03T08:10:09Z", "in-progress"),
    moment("77b0", "2027-05-03T08:16:12Z", "completed", { durationSeconds: 363 }),
  ],
};

const momentsOf = (call: HTMLElement) =>
  [...call.querySelectorAll("li")].map((row) => [...row.children].map((part) => part.textContent).join(" | "));

describe("History", () => {
  afterEach(cleanup);

  it("shows a call's versions, newest first, in the clinic's time", async () => {
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [CALL] } });
    const call = (await screen.findByText("Call ended, 6 min 3 s", { selector: "summary *" })).closest("li");
    expect(momentsOf(call as HTMLElement)).toEqual([
      "Call ended, 6 min 3 s | 09:16:12 · Version 3",
      "Patient answered | 09:10:09 · Version 2",
      "Call started | 09:10:00 · Version 1",
    ]);
    within(call as HTMLElement).getByText("comm-1");
    within(call as HTMLElement).getByText("CA2");
    // The history has colleagues' calls too.
    within(call as HTMLElement).getByText("Clinician’s leg of the call");
  });

  it("says which version was completed from Twilio's own record", async () => {
    const lookedUp = CALL.timeline.map((one, i) => (i > 0 ? { ...one, reconciled: true } : one));
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [{ ...CALL, timeline: lookedUp }] } });
    const call = (await screen.findByText("Call ended, 6 min 3 s", { selector: "summary *" })).closest("li");
    expect(momentsOf(call as HTMLElement)).toEqual([
      "Call ended, 6 min 3 s | Completed from Twilio’s own record | 09:16:12 · Version 3",
      "Patient answered | 09:10:09 · Version 2",
      "Call started | 09:10:00 · Version 1",
    ]);
  });

  it("puts a live call on top without moving the focus or folding what is open", async () => {
    const { tell } = show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [CALL] } });
    const summary = (await screen.findByText("Call ended, 6 min 3 s", { selector: "summary *" })).closest("summary");
    summary?.focus();
    act(() =>
      tell({
        key: "CA9",
        appointment: "7",
        status: "ringing",
        final: false,
        summary: "",
        ending: "0318",
        sent: "2027-05-03T08:20:00Z",
      }),
    );
    const first = screen.getAllByRole("listitem")[0] as HTMLElement;
    expect(first.textContent).toContain("Ringing");
    expect(first.textContent).toContain("Chidinma Okafor, number ending 0318");
    expect(first.textContent).toContain("being written to the record");
    expect(document.activeElement).toBe(summary);
    expect(summary?.closest("details")?.open).toBe(true);
  });

  it("says why a call was not placed", async () => {
    const refusal = { code: "rate", sentence: "Too many calls at once. Wait a minute, then try again." };
    const refused: RecordedCall = {
      id: "comm-2",
      key: "CA5",
      status: "refused",
      final: true,
      summary: "",
      refusal,
      timeline: [moment("1", "2027-05-03T08:10:00Z", "refused")],
    };
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [refused] } });
    await screen.findAllByText("Call not placed");
    screen.getByText(refusal.sentence);
  });

  it("says that there are none, and what to do when they cannot be had", async () => {
    let fail = true;
    show(<History appointment={APPOINTMENT} />, {
      backend: {
        calls: async () => {
          if (fail) throw new BackendError("unavailable", "The record is away.");
          return [];
        },
      },
    });
    await screen.findByText("The record is away.");
    fail = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("No calls yet. Calls appear here as they happen.");
  });
});
