import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type AuditedCall, type AuditedCalls, type AuditFilters, BackendError } from "../backend";
import { show } from "../testing";
import AuditPage from "./AuditPage";

afterEach(cleanup);

function call(key: string, more: Partial<AuditedCall> = {}): AuditedCall {
  return {
    key,
    final: true,
    summary: "The line was busy",
    outcome: "busy",
    asked: "2026-11-29T10:15:02Z",
    kept: "2026-11-29T10:15:09Z",
    sent: "2026-11-29T10:15:03Z",
    ended: "2026-11-29T10:15:08Z",
    clinician: "prac-1",
    clinicianName: "Ms Grace Adeyemi",
    subject: { ref: "Patient/1", name: "Mrs Margaret Ellis" },
    ...more,
  };
}

/** A service with pages by what was asked for after. */
function pages(all: Record<string, AuditedCalls>) {
  const asked: AuditFilters[] = [];
  const auditCalls = async (filters: AuditFilters) => {
    asked.push(filters);
    return all[filters.after ?? ""] ?? { calls: [] };
  };
  return { asked, auditCalls };
}

const NOVEMBER = "/calls?from=2026-11-01&to=2026-11-29";

describe("all calls", () => {
  it("are told with both kinds of times, and more of them on request", async () => {
    const { asked, auditCalls } = pages({
      "": { calls: [call("CA1"), call("CA2", { clinicianName: "Dr Priya Raman", clinician: "prac-2" })], next: "x.1" },
      "x.1": { calls: [call("CA2"), call("CA3", { subject: { ref: "Patient/2" } })] },
    });
    show(<AuditPage />, { backend: { auditCalls }, path: NOVEMBER });
    expect(await screen.findByText("2 calls shown. There are more further back.")).toBeTruthy();
    const [, first] = screen.getAllByRole("row");
    for (const text of ["29 November 2026, 10:15:02", "10:15:03", "10:15:08", "10:15:09", "Ms Grace Adeyemi"]) {
      expect(first?.textContent).toContain(text);
    }
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByText("3 calls shown.")).toBeTruthy();
    expect(screen.getByText("Patient/2")).toBeTruthy();
    expect(asked).toEqual([
      { from: "2026-11-01", to: "2026-11-29" },
      { from: "2026-11-01", to: "2026-11-29", after: "x.1" },
    ]);
  });

  it("are looked for further back by themselves while none matches", async () => {
    const { asked, auditCalls } = pages({
      "": { calls: [], next: "a.1" },
      "a.1": { calls: [], next: "b.2" },
      "b.2": { calls: [] },
    });
    show(<AuditPage />, { backend: { auditCalls }, path: `${NOVEMBER}&outcome=failed` });
    expect(await screen.findByText("No calls that match.")).toBeTruthy();
    expect(asked.map(({ after, outcome }) => [after, outcome])).toEqual([
      [undefined, "failed"],
      ["a.1", "failed"],
      ["b.2", "failed"],
    ]);
  });

  it("are filtered by what stands in the address", async () => {
    const { asked, auditCalls } = pages({ "": { calls: [call("CA1")] } });
    // Who is not among the calls on the page can be chosen, too.
    const auditCallers = vi.fn(async () => ({ clinicians: [{ id: "prac-1", name: "Dr Wren" }] }));
    const { place } = show(<AuditPage />, { backend: { auditCalls, auditCallers }, path: NOVEMBER });
    await screen.findByText("1 call shown.");
    fireEvent.change(screen.getByLabelText("Refusal"), { target: { value: "number-shared" } });
    const { value } = await screen.findByRole<HTMLOptionElement>("option", { name: "Dr Wren" });
    fireEvent.change(screen.getByLabelText("Clinician"), { target: { value } });
    expect(auditCallers).toHaveBeenCalledWith(
      expect.objectContaining({ from: "2026-11-01", to: "2026-11-29" }),
      expect.anything(),
    );
    await waitFor(() =>
      expect(asked.at(-1)).toEqual({
        from: "2026-11-01",
        to: "2026-11-29",
        clinician: "prac-1",
        refusal: "number-shared",
      }),
    );
    expect(place.history.at(-1)).toBe("/calls?from=2026-11-01&to=2026-11-29&refusal=number-shared&clinician=prac-1");
    fireEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(place.history.at(-1)).toBe(NOVEMBER);
  });

  it("are those of a patient, by the reference or a link that was pasted", async () => {
    const { asked, auditCalls } = pages({ "": { calls: [call("CA1")] } });
    const { place } = show(<AuditPage />, { backend: { auditCalls }, path: NOVEMBER });
    await screen.findByText("1 call shown.");
    const field = screen.getByLabelText("Patient");
    fireEvent.change(field, { target: { value: "Margaret Ellis" } });
    fireEvent.submit(field);
    expect(await screen.findByText(/^This names no patient/)).toBeTruthy();
    expect(place.history.at(-1)).toBe(NOVEMBER);

    fireEvent.change(field, { target: { value: " https://record.example.org/Patient/p-7?tab=1 " } });
    field.focus();
    field.blur();
    expect(place.history.at(-1), "a click on a row takes the focus, and lands there").toBe(NOVEMBER);
    field.focus();
    fireEvent.submit(field);
    await waitFor(() => expect(asked.at(-1)).toEqual({ from: "2026-11-01", to: "2026-11-29", patient: "Patient/p-7" }));
    expect(screen.getByLabelText<HTMLInputElement>("Patient").value).toBe("Patient/p-7");
    expect(document.activeElement).toBe(screen.getByLabelText("Patient"));
    fireEvent.click(screen.getByRole("button", { name: "Clear filters" }));
    expect(place.history.at(-1)).toBe(NOVEMBER);
    expect(screen.getByLabelText<HTMLInputElement>("Patient").value).toBe("");
  });

  it("are everybody's again when the filters are cleared, also where what was typed names nobody", async () => {
    const { auditCalls } = pages({ "": { calls: [call("CA1")] } });
    show(<AuditPage />, { backend: { auditCalls }, path: `${NOVEMBER}&outcome=busy` });
    await screen.findByText("1 call shown.");
    fireEvent.change(screen.getByLabelText("Patient"), { target: { value: "Margaret Ellis" } });
    fireEvent.submit(screen.getByLabelText("Patient"));
    const clear = screen.getByRole("button", { name: "Clear filters" });
    clear.focus();
    fireEvent.click(clear);
    expect(screen.getByLabelText<HTMLInputElement>("Patient").value).toBe("");
    expect(screen.queryByText(/^This names no patient/)).toBeNull();
    expect(document.activeElement).toBe(screen.getByRole("group", { name: "Which calls" }));
  });

  it("have what their clinician says came of them", async () => {
    const { auditCalls } = pages({
      "": {
        calls: [
          call("CA1", { note: { outcome: "left-message", text: "Rings back", at: "2026-11-29T10:16:00Z" } }),
          call("CA2", { note: { text: "Rings back", at: "2026-11-29T10:16:00Z" } }),
          call("CA3"),
        ],
      },
    });
    show(<AuditPage />, { backend: { auditCalls }, path: NOVEMBER });
    await screen.findByText("3 calls shown.");
    const outcomes = screen.getAllByRole("row").map((row) => row.querySelectorAll("td")[3]?.textContent);
    expect(outcomes.slice(1)).toEqual([
      "The line was busyLeft a message",
      "The line was busyNote",
      "The line was busy",
    ]);
  });

  it("are had as one table, or it is said why not", async () => {
    const saved = vi.fn(() => "blob:table");
    Object.assign(URL, { createObjectURL: saved, revokeObjectURL: () => undefined });
    const { auditCalls } = pages({ "": { calls: [call("CA1")] } });
    const auditTable = vi
      .fn(async (_: AuditFilters) => new Blob(["call\r\n"]))
      .mockRejectedValueOnce(new BackendError("unavailable", "The log does not answer."));
    show(<AuditPage />, { backend: { auditCalls, auditTable }, path: `${NOVEMBER}&outcome=busy` });
    fireEvent.click(await screen.findByRole("button", { name: "Download as CSV" }));
    expect(await screen.findByText("The log does not answer.")).toBeTruthy();
    expect(saved).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Download as CSV" }));
    await waitFor(() => expect(saved).toHaveBeenCalled());
    expect(auditTable).toHaveBeenLastCalledWith({ from: "2026-11-01", to: "2026-11-29", outcome: "busy" });
  });
});

describe("one call", () => {
  const events = [
    { kind: "requested", kept: "2026-11-29T10:15:02Z", summary: "Requested" },
    { kind: "progress", at: "2026-11-29T10:15:03Z", kept: "2026-11-29T10:15:04Z", summary: "Ringing" },
    { kind: "new-kind", at: "2026-11-29T10:15:08Z", kept: "2026-11-30T08:00:00Z", summary: "The line was busy" },
  ];

  it("tells when each thing happened and when it was recorded, and has no way to call", async () => {
    const auditCall = async () => ({
      call: call("CA1", { record: "comm-1", memberLeg: "CB1" }),
      events,
      versions: [
        { version: "v-1", at: "2026-11-29T10:15:02Z", recordedAt: "2026-11-29T10:15:03Z", summary: "Requested" },
        {
          version: "v-2",
          at: "2026-11-29T10:15:08Z",
          recordedAt: "2026-11-30T08:00:01Z",
          summary: "The line was busy",
        },
      ],
    });
    show(<AuditPage />, { backend: { auditCall }, path: "/calls/CA1" });
    await screen.findByRole("heading", { name: "29 November 2026, 10:15:02" });
    const rows = screen.getAllByRole("row").map((row) => row.textContent ?? "");
    expect(rows.find((text) => text.includes("RingingReport"))).toContain("10:15:0310:15:04");
    expect(rows.find((text) => text.includes("Something else"))).toContain("10:15:0830 November 2026, 08:00:00");
    expect(rows.find((text) => text.includes("Version 2"))).toContain("30 November 2026, 08:00:01");
    expect(rows.find((text) => text.includes("RequestedAsked"))).toContain("10:15:0210:15:02");
    expect(screen.getByRole("button", { name: "Copy: Health record entry" })).toBeTruthy();
    for (const name of screen.getAllByRole("button").map((button) => button.textContent)) expect(name).toBe("Copy");
  });

  it("has the clinician's outcome and note, and leads to the patient's other calls", async () => {
    const note = { outcome: "left-message", text: "Rings back\nat five", at: "2026-11-30T09:00:00Z" } as const;
    const auditCall = async () => ({ call: call("CA1", { note }), events, versions: [] });
    show(<AuditPage />, { backend: { auditCall }, path: "/calls/CA1" });
    await screen.findByText("Left a message");
    expect(screen.getByText(/^Rings back\s+at five$/)).toBeTruthy();
    expect(screen.getByText("30 November 2026, 09:00:00")).toBeTruthy();
    const address = screen.getByRole("link", { name: "All calls of this patient" }).getAttribute("href");
    expect(address).toMatch(/^\/calls\?from=[\d-]+&to=[\d-]+&patient=Patient%2F1$/);
  });

  it("is told in the app’s words, by the codes of the service", async () => {
    const failure = { kind: "busy", reason: "Die Leitung war besetzt." } as const;
    const refusal = { code: "patient-deceased", sentence: "Verstorben." } as const;
    const told = call("CA1", { summary: "Besetzt", failure, refusal });
    show(<AuditPage />, {
      backend: { auditCall: async () => ({ call: told, events, versions: [] }) },
      path: "/calls/CA1",
    });
    const facts = await screen.findByText("Why it was not placed");
    for (const theirs of ["Besetzt", failure.reason, refusal.sentence]) expect(screen.queryByText(theirs)).toBeNull();
    expect(facts.closest("dl")?.textContent).toContain("The line was busy.");
  });

  it("is whole while the record does not answer", async () => {
    const auditCall = async () => ({
      call: call("CA1", { record: "comm-1" }),
      events,
      versions: [],
      recordUnread: true,
    });
    show(<AuditPage />, { backend: { auditCall }, path: "/calls/CA1" });
    expect(await screen.findByText(/^The health record did not answer/)).toBeTruthy();
    expect(screen.getByText("Ringing")).toBeTruthy();
    expect(screen.queryByText("It is not in the health record.")).toBeNull();
  });
});
