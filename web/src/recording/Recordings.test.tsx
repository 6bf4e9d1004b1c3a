import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Backend, BackendError } from "../backend";
import type { Recordings as Listed, Recording } from "../roomRoutes";
import { show } from "../testing";
import Recordings, { isWords } from "./Recordings";

const first: Recording = {
  sid: "RE1",
  state: "completed",
  ready: true,
  seconds: 243,
  started: "2027-05-03T08:12:00Z",
};

async function list(listed: Partial<Listed>, backend: Partial<Backend> = {}) {
  const recordings = vi.fn(async () => ({
    call: "CA1",
    consent: "given" as const,
    mayDelete: false,
    recordings: [first],
    ...listed,
  }));
  show(<Recordings call="CA1" />, { backend: { recordings, ...backend } });
  await screen.findByRole("region", { name: "Recordings" });
  return recordings;
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("Recordings", () => {
  it("lists each with its time and length, and plays only what can be heard", async () => {
    const made: Recording = { sid: "RE2", state: "stopped", ready: false };
    const gone: Recording = { sid: "RE3", state: "deleted", ready: false, gone: "withdrawn" };
    await list({ recordings: [first, made, gone] });
    const rows = within(screen.getByRole("list")).getAllByRole("listitem");
    expect(rows[0]?.textContent).toContain("Recording 1, 09:12, 4 min");
    expect(rows[1]?.textContent).toContain("Being prepared. It can be heard in a moment");
    expect(rows[2]?.textContent).toContain("Deleted because the patient did not want it");
    expect(screen.getAllByRole("button").map((one) => one.getAttribute("aria-label"))).toEqual([
      "Play Recording 1, 09:12",
    ]);
  });

  it("asks again while a sound is being made, and no more when all are there", async () => {
    const recordings = await list({ recordings: [{ sid: "RE2", state: "stopped", ready: false }] });
    recordings.mockResolvedValue({ call: "CA1", consent: "given", mayDelete: false, recordings: [first] });
    await act(() => vi.advanceTimersByTimeAsync(5_100));
    await screen.findByRole("button", { name: /^Play/ });
    const asked = recordings.mock.calls.length;
    await act(() => vi.advanceTimersByTimeAsync(30_000));
    expect(recordings).toHaveBeenCalledTimes(asked);
  });

  it("asks more and more seldom for a sound that does not come, and in the end no more", async () => {
    const recordings = await list({ recordings: [{ ...first, ready: false }] });
    for (const minutes of [1, 5, 60]) await act(() => vi.advanceTimersByTimeAsync(minutes * 60_000));
    const asked = recordings.mock.calls.length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(12);
    await act(() => vi.advanceTimersByTimeAsync(60 * 60_000));
    expect(recordings).toHaveBeenCalledTimes(asked);
  });

  it("fetches a sound only when it is to be heard, and gives it back when it is closed", async () => {
    let given: AbortSignal | undefined;
    const sound = vi.fn((_: string, __: string, ___: number, signal: AbortSignal) => {
      given = signal;
      return new Promise<Response>(() => {});
    });
    await list({}, { sound });
    expect(sound).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Play Recording 1, 09:12" }));
    expect(sound).toHaveBeenCalledWith("CA1", "RE1", 0, expect.anything());
    expect(screen.getByLabelText("Sound of Recording 1, 09:12").tagName).toBe("AUDIO");
    fireEvent.click(screen.getByRole("button", { name: "Close the player" }));
    expect(given?.aborted).toBe(true);
    expect(screen.queryByLabelText("Sound of Recording 1, 09:12")).toBeNull();
  });

  it("says why a sound cannot be heard, in the service's words", async () => {
    const sound = async () => {
      throw new BackendError("conflict", "The recording is still being prepared.", { reason: "not-ready" });
    };
    await list({}, { sound });
    fireEvent.click(screen.getByRole("button", { name: /^Play/ }));
    expect((await screen.findByRole("alert")).textContent).toBe("The recording is still being prepared.");
  });
});

describe("deleting a recording", () => {
  it("is a reviewer's, and needs a reason", async () => {
    await list({});
    expect(screen.queryByRole("button", { name: /^Delete/ })).toBeNull();
    cleanup();
    const deleteRecording = vi.fn(async () => ({ ...first, state: "deleted" as const, ready: false }));
    await list({ mayDelete: true }, { deleteRecording });
    fireEvent.click(screen.getByRole("button", { name: "Delete Recording 1, 09:12" }));
    fireEvent.click(screen.getByRole("button", { name: "Delete for good" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Write why it is deleted.");
    expect(deleteRecording).not.toHaveBeenCalled();
    fireEvent.change(screen.getByLabelText("Why is it deleted?"), { target: { value: "  Wrong patient " } });
    fireEvent.click(screen.getByRole("button", { name: "Delete for good" }));
    await waitFor(() => expect(deleteRecording).toHaveBeenCalledWith("CA1", "RE1", "Wrong patient"));
  });

  it("keeps the reason, and says why, when it did not work", async () => {
    const deleteRecording = vi.fn(async () => {
      throw new BackendError("forbidden", "Only reviewers may delete a recording.");
    });
    await list({ mayDelete: true }, { deleteRecording });
    fireEvent.click(screen.getByRole("button", { name: "Delete Recording 1, 09:12" }));
    fireEvent.change(screen.getByLabelText("Why is it deleted?"), { target: { value: "Wrong patient" } });
    fireEvent.click(screen.getByRole("button", { name: "Delete for good" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Only reviewers may delete a recording.");
    expect((screen.getByLabelText("Why is it deleted?") as HTMLTextAreaElement).value).toBe("Wrong patient");
  });
});

describe("isWords", () => {
  it.each<[Partial<Recording>, string]>([
    [{ state: "completed", ready: false }, "Being prepared. It can be heard in a moment"],
    [{ state: "absent" }, "Nothing was recorded"],
    [{ state: "failed" }, "The recording did not work"],
    [{ state: "deleted", gone: "expired" }, "Deleted because its time was over"],
    [{ state: "deleted", gone: "reviewer" }, "Deleted by a reviewer"],
    [{ state: "deleted", gone: "machine" }, "Deleted because a machine had answered"],
    [{ state: "deleted", gone: "twice" }, "Deleted because the same was recorded twice"],
    [{ state: "deleted", gone: "erased" }, "Deleted with the patient’s data"],
  ])("of %o", (more, words) => {
    expect(isWords({ ...first, ready: false, ...more })).toBe(words);
  });
});
