import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Backend, Me } from "../backend";
import { keys } from "../live/caches";
import { prepareRecording } from "../recording/parts";
import { prepareRooms } from "../room/parts";
import { clinician, interpreter, KEY, member, room } from "../room/playing";
import type { CallRecording } from "../roomRoutes";
import { CallDock } from "./CallDock";
import { call, margaret, show } from "./playing";
import type { CallState } from "./state";

await Promise.all([prepareRooms(), prepareRecording()]);

const both: Partial<Me> = { conference: true, recording: "asked" };
const recorded: CallRecording = { call: KEY, mode: "asked", consent: "none", state: "none", mayStart: true };

function dock(change: Partial<CallState>, me: Partial<Me> = both, backend: Partial<Backend> = {}) {
  const all = {
    me: vi.fn(async () => ({ clinician: true, auditor: false, ...me })),
    participants: vi.fn(async () => room([clinician, member])),
    callRecording: vi.fn(async () => recorded),
    ...backend,
  };
  return { ...show(<CallDock />, { call: call(change) }, { backend: all as unknown as Backend }), all };
}

afterEach(cleanup);

describe("a call where the clinic adds people and records", () => {
  it("shows who is in it, and whether it is recorded", async () => {
    const on = dock({});
    await screen.findByRole("region", { name: "People in this call" });
    await screen.findByRole("region", { name: "Recording of this call" });
    expect(on.phone.beRung).toHaveBeenLastCalledWith(true);
  });

  it("shows neither before it is answered", async () => {
    const on = dock({ phase: "ringing" });
    await waitFor(() => expect(on.phone.beRung).toHaveBeenCalled());
    expect(screen.queryByRole("region", { name: /People|Recording/ })).toBeNull();
    expect(on.all.participants).not.toHaveBeenCalled();
  });
});

describe("a call where the clinic does neither", () => {
  it("shows nothing of it, asks for nothing, and is not rung", async () => {
    const on = dock({ room: { open: true, others: 2, held: 0, colleagues: 0 } }, {});
    await waitFor(() => expect(on.all.me).toHaveBeenCalled());
    await act(async () => {});
    expect(screen.queryByRole("region", { name: /People|Recording/ })).toBeNull();
    expect(on.all.participants).not.toHaveBeenCalled();
    expect(on.all.callRecording).not.toHaveBeenCalled();
    expect(on.phone.beRung).not.toHaveBeenCalled();
  });
});

describe("a call that is recorded, where the clinic has switched recording off since", () => {
  it("shows that it is, so that it can be stopped, and offers no new one", async () => {
    const runs: CallRecording = { call: KEY, mode: "off", consent: "given", state: "in-progress" };
    const on = dock({}, {}, { callRecording: vi.fn(async () => runs) });
    await waitFor(() => expect(on.all.me).toHaveBeenCalled());
    expect(screen.queryByRole("region", { name: "Recording of this call" })).toBeNull();
    act(() => void on.client.setQueryData(keys.recording(KEY), runs));
    await screen.findByRole("region", { name: "Recording of this call" });
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Record" })).toBeNull();
  });

  it("is asked for again when what is shown may be old", async () => {
    const runs: CallRecording = { call: KEY, mode: "off", consent: "given", state: "in-progress" };
    const callRecording = vi.fn(async () => runs);
    const on = dock({}, {}, { callRecording });
    act(() => void on.client.setQueryData(keys.recording(KEY), runs));
    const panel = await screen.findByRole("region", { name: "Recording of this call" });
    callRecording.mockResolvedValue({ ...runs, state: "stopped" });
    await act(() => on.client.invalidateQueries({ queryKey: keys.recording(KEY) }));
    await waitFor(() => expect(panel.dataset.state).toBe("stopped"));
    expect(on.client.getQueryState(keys.recording(KEY))?.error).toBeNull();
  });
});

describe("the end for others too", () => {
  const asked: Partial<CallState> = { asksToEnd: true, room: { open: true, others: 2, held: 1, colleagues: 0 } };

  it("is asked, says who waits, and is done by the control that was pressed", () => {
    const on = dock(asked);
    const question = screen.getAllByRole("alert").find((one) => one.textContent?.includes("for everybody"));
    expect(question?.textContent).toContain("2 other people are in this call");
    expect(question?.textContent).toContain("Somebody is on hold");
    fireEvent.click(screen.getByRole("button", { name: "End for all" }));
    expect(on.phone.end).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByRole("button", { name: "Stay in the call" }));
    expect(on.phone.stay).toHaveBeenCalledOnce();
  });

  it("offers to leave only where a colleague goes on with the others", () => {
    dock(asked);
    expect(screen.queryByRole("button", { name: "Leave, the others go on" })).toBeNull();
    cleanup();
    const on = dock({ asksToEnd: true, room: { open: true, others: 2, held: 0, colleagues: 1 } });
    fireEvent.click(screen.getByRole("button", { name: "Leave, the others go on" }));
    expect(on.phone.end).toHaveBeenCalledWith("leave");
  });

  it.each<[NonNullable<CallState["hangUp"]>, string]>([
    ["asked", "Hanging up at every end…"],
    ["done", "The line is hung up at every end."],
    ["failed", "The service could not be reached"],
  ])("says what became of asking the service: %s", (hangUp, words) => {
    const { answeredAt: _, ...ended } = call({ phase: "ended", outcome: "completed", endedBy: "you", hangUp });
    dock(ended);
    expect(screen.getByText(new RegExp(words)).getAttribute("role")).toBe("status");
  });
});

describe("the way back", () => {
  const dropped: Partial<CallState> = {
    phase: "ended",
    outcome: "completed",
    endedAt: Date.now(),
    room: { open: true, others: 2, held: 0, colleagues: 0 },
  };
  const waiting = (seconds: number) => ({
    participants: vi.fn(async () =>
      room([clinician, member, interpreter], { waiting: new Date(Date.now() + seconds * 1_000).toISOString() }),
    ),
  });

  it("is offered while the room waits, with the time that is left", async () => {
    const on = dock(dropped, both, waiting(45));
    fireEvent.click(await screen.findByRole("button", { name: "Back to the call" }));
    screen.getByText(/The others wait for you for 00:4\d more\./);
    expect(on.phone.rejoin).toHaveBeenCalledWith(margaret, KEY);
  });

  it.each<[string, Partial<CallState>, Partial<Backend>]>([
    ["the time is over", dropped, waiting(-1)],
    ["the room is over", dropped, { participants: async () => room([clinician, member], { room: "over" }) }],
    ["the person ended it for all", { ...dropped, hangUp: "done" }, waiting(45)],
  ])("is not offered when %s", async (_, change, backend) => {
    const on = dock(change, both, backend);
    await waitFor(() => expect(on.phone.beRung).toHaveBeenCalled());
    await act(() => new Promise((resolve) => setTimeout(resolve, 50)));
    expect(screen.queryByRole("button", { name: "Back to the call" })).toBeNull();
  });
});
