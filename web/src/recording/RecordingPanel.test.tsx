import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Backend, BackendError } from "../backend";
import { show } from "../calling/playing";
import { createCaches } from "../live/caches";
import type { CallRecording, RecordingAct } from "../roomRoutes";
import RecordingPanel from "./RecordingPanel";

const CALL = "CA1";
const base: CallRecording = { call: CALL, mode: "asked", consent: "none", state: "none", mayStart: true };
const running: Partial<CallRecording> = { consent: "given", state: "in-progress" };

let client: QueryClient;

async function panel(
  first: Partial<CallRecording>,
  record = vi.fn(async (_: string, __: RecordingAct): Promise<CallRecording> => ({ ...base, ...first })),
) {
  const backend = { callRecording: async () => ({ ...base, ...first }), record } as unknown as Backend;
  const Stream = () => {
    client = useQueryClient();
    return null;
  };
  const screens = (
    <>
      <Stream />
      <RecordingPanel call={CALL} name="Margaret Ellis" />
    </>
  );
  show(screens, {}, { backend });
  await screen.findByRole("region", { name: "Recording of this call" });
  return record;
}

const button = (name: string) => screen.getByRole("button", { name });
const press = (name: string) => fireEvent.click(button(name));
const none = (name: string) => expect(screen.queryByRole("button", { name })).toBeNull();

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("RecordingPanel", () => {
  it("asks whether the patient agreed before it records, and records nothing on a no", async () => {
    const record = await panel({});
    press("Record");
    const question = screen.getByRole("group", { name: "Has the patient agreed to be recorded?" });
    expect(document.activeElement, "and no answer has the focus").toBe(question);
    press("No, do not record");
    expect(record).not.toHaveBeenCalled();
    expect(document.activeElement?.textContent).toBe("Record");
    record.mockResolvedValue({ ...base, ...running, since: new Date().toISOString() });
    press("Record");
    press("Yes, record");
    await screen.findByText("Margaret Ellis agreed");
    expect(record).toHaveBeenCalledWith(CALL, "start");
    expect(screen.getByTestId("recording-news").textContent).toBe("Recording");
    screen.getByText("00:00");
  });

  it("shows what the stream told, when the answer comes after it", async () => {
    let answer = (_: CallRecording) => {};
    const record = await panel({ consent: "given" });
    record.mockImplementation(() => new Promise((resolve) => (answer = resolve)));
    press("Record");
    await act(async () => createCaches(client).heardRecording({ ...base, ...running }));
    await waitFor(() => expect(screen.getByTestId("recording-news").textContent).toBe("Recording"));
    await act(async () => answer({ ...base, consent: "given", state: "starting" }));
    await waitFor(() => expect(screen.getByRole("button", { name: "Stop" }).getAttribute("aria-disabled")).toBeNull()); // the answer was taken
    expect(screen.getByTestId("recording-news").textContent).toBe("Recording");
  });

  it("pauses, resumes and stops at a press", async () => {
    const record = await panel(running);
    record.mockResolvedValueOnce({ ...base, consent: "given", state: "paused" });
    press("Pause");
    await screen.findByRole("button", { name: "Resume" });
    expect(screen.getByTestId("recording-news").textContent).toBe("Recording paused");
    record.mockResolvedValueOnce({ ...base, ...running });
    press("Resume");
    await screen.findByRole("button", { name: "Pause" });
    record.mockResolvedValueOnce({ ...base, consent: "given", state: "stopped" });
    press("Stop");
    await screen.findByRole("button", { name: "Record" });
    expect(record.mock.calls.map(([, action]) => action)).toEqual(["pause", "resume", "stop"]);
  });

  it("deletes everything only when that was confirmed", async () => {
    const record = await panel(running);
    press("They do not want it");
    screen.getByText(/Everything that was recorded of this call is deleted/);
    fireEvent.keyDown(screen.getByRole("group", { name: /delete what was recorded/ }), { key: "Escape" });
    expect(record).not.toHaveBeenCalled();
    record.mockResolvedValue({ ...base, consent: "withdrawn", state: "deleted", mayStart: false });
    press("They do not want it");
    press("Stop and delete");
    await screen.findByText("Margaret Ellis does not want it: what was recorded of this call is deleted");
    expect(record).toHaveBeenCalledWith(CALL, "withdraw");
    none("They do not want it");
  });

  it("does not record against a standing refusal, and says why", async () => {
    const refused = "The record says that Margaret Ellis does not want calls recorded.";
    const record = await panel({ consent: "declined", mayStart: false, refused });
    expect(button("Record").getAttribute("aria-disabled")).toBe("true");
    const why = document.getElementById(button("Record").getAttribute("aria-describedby") ?? "");
    expect(why?.textContent).toBe(refused);
    press("Record");
    expect(screen.queryByRole("group")).toBeNull();
    expect(record).not.toHaveBeenCalled();
  });

  it("says why when it stops by itself, and that nothing more can be recorded", async () => {
    const record = await panel(running);
    const refused = "The person you called has left, so nothing more of this call is recorded.";
    const left: CallRecording = { ...base, consent: "given", state: "stopped", mayStart: false, refused };
    await act(async () => createCaches(client).heardRecording(left));
    await waitFor(() => expect(screen.getByTestId("recording-news").textContent).toBe(`Recording stopped. ${refused}`));
    const why = document.getElementById(button("Record").getAttribute("aria-describedby") ?? "");
    expect(why?.textContent).toBe(refused);
    press("Record");
    expect(record).not.toHaveBeenCalled();
    none("Pause");
  });

  it("says that a hold paused it, which ends by itself: nothing to resume, nothing to remind of", async () => {
    await panel({ consent: "given", state: "paused", pausedByHold: true });
    screen.getByText("Paused while Margaret Ellis is on hold; it goes on by itself after.");
    none("Resume");
    await act(() => vi.advanceTimersByTimeAsync(130_000));
    expect(screen.queryByText(/has been paused for/)).toBeNull();
  });

  it("reminds of a forgotten pause after a minute, and again with each", async () => {
    await panel({ consent: "given", state: "paused" });
    await act(() => vi.advanceTimersByTimeAsync(58_000));
    expect(screen.queryByText(/has been paused for/)).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    const reminder = screen.getByText("The recording has been paused for 1 minute.");
    expect(reminder.closest('[role="status"]')).not.toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    screen.getByText("The recording has been paused for 2 minutes.");
  });

  it("says what the service says when it will not, and asks how it stands", async () => {
    const record = await panel(running);
    record.mockRejectedValue(new BackendError("conflict", "The recording is paused already.", { reason: "already" }));
    press("Pause");
    await waitFor(() =>
      expect(screen.getByText("The recording is paused already.").getAttribute("role")).toBe("alert"),
    );
  });
});
