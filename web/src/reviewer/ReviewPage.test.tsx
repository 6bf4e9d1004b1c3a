import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Backend, BackendError } from "../backend";
import { createCaches } from "../live/caches";
import type { Recording, ReviewedCall, ReviewedCalls, ReviewFilters } from "../roomRoutes";
import { show } from "../testing";
import ReviewPage from "./ReviewPage";

afterEach(cleanup);

const recording = (sid: string, more: Partial<Recording> = {}): Recording => ({
  sid,
  state: "completed",
  ready: true,
  seconds: 243,
  started: "2026-11-29T10:16:00Z",
  ...more,
});

function call(key: string, more: Partial<ReviewedCall> = {}): ReviewedCall {
  return {
    call: key,
    consent: "given",
    mayDelete: true,
    recordings: [recording(`RE-${key}`)],
    asked: "2026-11-29T10:15:02Z",
    clinician: "prac-1",
    clinicianName: "Ms Grace Adeyemi",
    subject: { ref: "Patient/1", name: "Mrs Margaret Ellis" },
    ...more,
  };
}

const NOVEMBER = "/recordings?from=2026-11-01&to=2026-11-29";

function meet(pages: Record<string, ReviewedCalls>, backend: Partial<Backend> = {}) {
  const asked: ReviewFilters[] = [];
  const reviewedCalls = async (filters: ReviewFilters) => {
    asked.push(filters);
    return pages[filters.after ?? ""] ?? { calls: [] };
  };
  return { asked, ...show(<ReviewPage />, { backend: { reviewedCalls, ...backend }, path: NOVEMBER }) };
}

describe("recordings", () => {
  it("stand under their days, with time, clinician, patient, consent, length and state", async () => {
    const other = call("CA2", {
      asked: "2026-11-28T23:30:00Z",
      consent: "withdrawn",
      recordings: [recording("RE2", { state: "deleted", ready: false, gone: "withdrawn" })],
    });
    meet({ "": { calls: [call("CA1"), other] } });
    const first = within(await screen.findByRole("region", { name: "Sunday 29 November 2026" }));
    first.getByRole("heading", { level: 3, name: /10:15.*Ms Grace Adeyemi/ });
    first.getByText("Patient: Mrs Margaret Ellis");
    first.getByText("The person called agreed to be recorded.");
    first.getByText("Recording 1, 10:16, 4 min");
    first.getByRole("button", { name: "Play Recording 1, 10:16" });
    first.getByRole("button", { name: "Delete Recording 1, 10:16" });
    const second = within(screen.getByRole("region", { name: "Saturday 28 November 2026" }));
    second.getByText("Deleted because the patient did not want it");
    expect(second.queryAllByRole("button")).toEqual([]);
  });

  it("come page by page, each call once", async () => {
    const { asked } = meet({
      "": { calls: [call("CA1"), call("CA2")], next: "x.1" },
      "x.1": { calls: [call("CA2"), call("CA3")] },
    });
    await screen.findByText("2 calls shown. There are more further back.");
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    await screen.findByText("3 calls shown.");
    expect(asked).toEqual([
      { from: "2026-11-01", to: "2026-11-29" },
      { from: "2026-11-01", to: "2026-11-29", after: "x.1" },
    ]);
  });

  it("are asked for by days, which stand in the address", async () => {
    const { place } = meet({});
    await screen.findByText("Nothing was recorded on these days.");
    fireEvent.click(screen.getByRole("button", { name: "Today" }));
    await waitFor(() => expect(place.history.at(-1)).toBe("/recordings"));
  });

  it("are deleted with a reason, after which the call alone is asked for again", async () => {
    const deleteRecording = vi.fn(async () => recording("RE-CA1", { state: "deleted", gone: "reviewer" }));
    const gone = { state: "deleted", ready: false, gone: "reviewer" } as const;
    const recordings = vi.fn(async () => ({ ...call("CA1"), recordings: [recording("RE-CA1", gone)] }));
    const { asked } = meet({ "": { calls: [call("CA1"), call("CA2")] } }, { deleteRecording, recordings });
    fireEvent.click((await screen.findAllByRole("button", { name: /^Delete Recording 1/ }))[0] as HTMLElement);
    fireEvent.click(screen.getByRole("button", { name: "Delete for good" }));
    expect((await screen.findByRole("alert")).textContent).toBe("Write why it is deleted.");
    fireEvent.change(screen.getByLabelText("Why is it deleted?"), { target: { value: "The wrong patient" } });
    fireEvent.click(screen.getByRole("button", { name: "Delete for good" }));
    await screen.findByText("Deleted by a reviewer");
    expect(deleteRecording).toHaveBeenCalledWith("CA1", "RE-CA1", "The wrong patient");
    expect(recordings.mock.calls.length, "of the other call nothing is asked").toBe(1);
    expect(asked).toHaveLength(1);
  });

  it("are not all asked for again when the stream is back: what is read stays", async () => {
    const recordings = vi.fn(async () => call("CA1"));
    const { asked, client } = meet({ "": { calls: [call("CA1"), call("CA2")] } }, { recordings });
    await screen.findByText("2 calls shown.");
    await act(async () => createCaches(client).refreshAll());
    expect(recordings).not.toHaveBeenCalled();
    expect(asked).toHaveLength(1);
  });

  it("say why they could not be loaded", async () => {
    meet(
      {},
      {
        reviewedCalls: async () => {
          throw new BackendError("unavailable", "The log does not answer.");
        },
      },
    );
    expect((await screen.findByRole("alert")).textContent).toContain("The log does not answer.");
    expect(screen.queryByText("Nothing was recorded on these days.")).toBeNull();
  });
});
