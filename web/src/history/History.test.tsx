import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Appointment, BackendError, type Moment, type RecordedCall } from "../backend";
import { IDLE, show } from "../testing";
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
  own: true,
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
    const call = (await screen.findByText("Answered, 6 min, 3 May 2027, 09:10")).closest("li");
    expect(momentsOf(call as HTMLElement)).toEqual([
      "Call ended, 6 min 3 s | 09:16:12 · Version 3",
      "Margaret Ellis answered | 09:10:09 · Version 2",
      "Call started | 09:10:00 · Version 1",
    ]);
    within(call as HTMLElement).getByText("comm-1");
    within(call as HTMLElement).getByText("CA2");
    // The history has colleagues' calls too.
    within(call as HTMLElement).getByText("Clinician’s leg of the call");
  });

  it("says which version was completed later, from what the network keeps", async () => {
    const lookedUp = CALL.timeline.map((one, i) => (i > 0 ? { ...one, reconciled: true } : one));
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [{ ...CALL, timeline: lookedUp }] } });
    const call = (await screen.findByText("Answered, 6 min, 3 May 2027, 09:10")).closest("li");
    expect(momentsOf(call as HTMLElement)).toEqual([
      "Call ended, 6 min 3 s | Completed later, from the telephone network’s own record | 09:16:12 · Version 3",
      "Margaret Ellis answered | 09:10:09 · Version 2",
      "Call started | 09:10:00 · Version 1",
    ]);
  });

  it("puts a live call on top without moving the focus or folding what is open", async () => {
    const { tell } = show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [CALL] } });
    const summary = (await screen.findByText("Answered, 6 min, 3 May 2027, 09:10")).closest("summary");
    summary?.focus();
    expect(summary?.closest("details")?.open, "versions are there for who asks for them").toBe(false);
    fireEvent.click(summary as HTMLElement);
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
    expect(first.textContent).toContain("Calling now, 3 May 2027, 09:20");
    expect(first.textContent).toContain("Chidinma Okafor (related person), number ending 0318");
    expect(first.textContent).toContain("being written to the record");
    expect(document.activeElement).toBe(summary);
    expect(summary?.closest("details")?.open).toBe(true);
    expect((first.querySelector("details") as HTMLDetailsElement).open, "nothing opens by itself").toBe(false);
  });

  const ANNA = { ref: "RelatedPerson/a", name: "Anna Ellis", relation: "daughter" };
  const shown = async (call: RecordedCall) => {
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [call] } });
    const item = (await screen.findAllByRole("listitem"))[0] as HTMLElement;
    return { summary: item.querySelector("summary")?.textContent ?? "", moments: momentsOf(item) };
  };

  it("names whom the record says was called, also one who is no longer listed, and who hung up", async () => {
    const { summary, moments } = await shown({ ...CALL, recipient: ANNA, endedBy: "member" });
    expect(summary).toContain("Anna Ellis (daughter), number ending 0142");
    expect(moments[0]).toBe("Call ended, 6 min 3 s | Ended by Anna Ellis | 09:16:12 · Version 3");
    expect(moments[1]).toBe("Anna Ellis answered | 09:10:09 · Version 2");
  });

  it("does not guess between two who share a number, and goes by the record's word", async () => {
    const [own] = APPOINTMENT.phones ?? [];
    const shared = { ...APPOINTMENT, phones: [...(own ? [own, { ...own, of: "Patient/q", name: "John Ellis" }] : [])] };
    show(<History appointment={shared} />, { backend: { calls: async () => [CALL] } });
    await screen.findByText("Call answered");
    cleanup();
    const john = { ...CALL, recipient: { ref: "Patient/q" } };
    show(<History appointment={shared} />, { backend: { calls: async () => [john] } });
    await screen.findByText("John Ellis answered");
  });

  it("does not say that somebody answered where it was found to be a machine", async () => {
    const { moments } = await shown({ ...CALL, answeredBy: "machine_start" });
    expect(moments[1]).toBe("Call answered | 09:10:09 · Version 2");
  });

  it("tells when a thing happened, and when it was recorded if that was long after", async () => {
    const at = (version: number, recordedAt: string) => ({ ...CALL.timeline[version], recordedAt }) as Moment;
    const { moments } = await shown({
      ...CALL,
      timeline: [
        at(0, "2027-05-03T08:10:40Z"),
        at(1, "2027-05-03T21:15:00Z"),
        { ...at(2, "2027-05-04T07:05:00Z"), durationSeconds: 363 },
      ],
    });
    expect(moments).toEqual([
      "Call ended, 6 min 3 s | 09:16:12 · recorded 4 May 2027, 08:05 · Version 3",
      "Margaret Ellis answered | 09:10:09 · recorded 22:15 · Version 2",
      "Call started | 09:10:00 · Version 1",
    ]);
  });

  it("says why a call failed, that one was declined, and that a household was to be reached", async () => {
    const end = (status: NonNullable<Moment["status"]>) => [moment("1", "2027-05-03T08:10:00Z", status)];
    const failure = { code: 13224, reason: "The number does not exist." };
    const { moments } = await shown({ ...CALL, status: "failed", failure, timeline: end("failed") });
    expect(moments[0]).toBe("The call did not go through | The number does not exist. | 09:10:00 · Version 1");
    cleanup();
    const rang = [moment("0", "2027-05-03T08:10:00Z", "ringing"), ...end("busy")];
    const declined = await shown({ ...CALL, status: "busy", timeline: rang, householdConfirmed: true });
    expect(declined.summary).toContain("Declined, 3 May 2027, 09:10");
    expect(declined.summary).toContain("The household of Margaret Ellis, number ending 0142");
    expect(declined.moments[1]).toContain("Ringing the household of Margaret Ellis | ");
    cleanup();
    const answered = await shown({ ...CALL, householdConfirmed: true });
    expect(answered.moments[1]).toContain("The household of Margaret Ellis answered | ");
  });

  it("says why a call was not placed", async () => {
    const refusal = { code: "rate", sentence: "Too many calls at once. Wait a minute, then try again." };
    const refused: RecordedCall = {
      id: "comm-2",
      own: true,
      key: "CA5",
      status: "refused",
      final: true,
      summary: "",
      refusal,
      timeline: [moment("1", "2027-05-03T08:10:00Z", "refused")],
    };
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [refused] } });
    await screen.findByText(`Not placed, 3 May 2027, 09:10: ${refusal.sentence}`);
  });

  it("notices by itself that the record is back", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let away = true;
    show(<History appointment={APPOINTMENT} />, {
      backend: {
        calls: async () => {
          if (away) throw new BackendError("unavailable", "The record is away.");
          return [];
        },
      },
    });
    await screen.findByText("The record is away.");
    away = false;
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    await screen.findByText("No calls yet. Calls appear here as they happen.");
    vi.useRealTimers();
  });

  it("asks the record itself while nothing comes over the stream, and tells the phone of its call", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let calls: RecordedCall[] = [];
    const heard: unknown[] = [];
    const target = { appointment: "7", number: "+447700900142", name: "", ending: "0142", recipient: "Patient/p" };
    const mine = {
      phase: "ended",
      target,
      callSid: "CA1",
      startedAt: 0,
      muted: false,
      quality: "good",
      digits: "",
    } as const;
    show(<History appointment={APPOINTMENT} />, {
      updates: "lost",
      phone: { ...IDLE, call: mine },
      serverSays: ({ key, status }) => heard.push([key, status]),
      backend: { calls: async () => calls },
    });
    await screen.findByText("No calls yet. Calls appear here as they happen.");
    calls = [{ ...CALL, id: "other", key: "CA0" }, CALL];
    await act(() => vi.advanceTimersByTimeAsync(16_000));
    await screen.findAllByText(/^Call ended, 6 min 3 s/);
    expect(heard).toEqual([["CA1", "completed"]]);
    vi.useRealTimers();
  });

  it("offers a note of the clinician’s own calls, and of nobody else’s", async () => {
    const others = { ...CALL, id: "other", key: "CA0", own: false };
    show(<History appointment={APPOINTMENT} />, { backend: { calls: async () => [others, CALL] } });
    await screen.findAllByText(/^Call ended, 6 min 3 s/);
    expect(screen.getAllByRole("button", { name: /^Add a note/ })).toHaveLength(1);
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
