import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Appointment, RecordedCall } from "../backend";
import { prepareRecording } from "../recording/parts";
import { prepareRooms } from "../room/parts";
import { interpreter } from "../room/playing";
import { show } from "../testing";
import { History } from "./History";

await Promise.all([prepareRooms(), prepareRecording()]);

const appointment: Appointment = {
  id: "7",
  status: "arrived",
  patient: { id: "p", name: "Margaret Ellis", phones: [] },
  lastCall: null,
};
const plain: RecordedCall = {
  id: "comm-1",
  own: true,
  key: "CA1",
  status: "completed",
  final: true,
  summary: "",
  sent: "2027-05-03T08:10:00Z",
  timeline: [],
};

async function opened(call: RecordedCall) {
  const recordings = vi.fn(async () => ({
    call: "CA1",
    consent: "given" as const,
    mayDelete: false,
    recordings: (call.recordings ?? []).map((sid) => ({ sid, state: "completed" as const, ready: true, seconds: 243 })),
  }));
  show(<History appointment={appointment} />, { backend: { calls: async () => [call], recordings } });
  const line = await screen.findByText(/^Answered/);
  expect(recordings, "nothing is asked for before the call is opened").not.toHaveBeenCalled();
  const details = line.closest("details") as HTMLDetailsElement;
  details.open = true;
  fireEvent(details, new Event("toggle"));
  await act(async () => {});
  return { recordings, details };
}

afterEach(cleanup);

describe("Besides", () => {
  it("tells in the call's own entry who else was in it, with whose word it was recorded, and the recordings", async () => {
    await opened({
      ...plain,
      consent: "given",
      participants: [
        { ...interpreter, state: "left", joined: "2027-05-03T08:12:00Z", left: "2027-05-03T08:30:00Z" },
        { ...interpreter, label: "p4", name: "Anna Ellis", role: "family", state: "left", outcome: "no-answer" },
      ],
      recordings: ["RE1"],
    });
    screen.getByText("Mehwish Khan, interpreter: 09:12 to 09:30");
    screen.getByText("Anna Ellis, family or friend: Did not answer");
    screen.getByText("The person called agreed to be recorded.");
    await screen.findByRole("button", { name: "Play Recording 1" });
  });

  it("says nothing of a call of two that was not recorded, and asks for nothing", async () => {
    const { recordings, details } = await opened(plain);
    expect(details.textContent).not.toMatch(/[Rr]ecorded|Also in/);
    expect(recordings).not.toHaveBeenCalled();
  });
});
