import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Appointment, BackendError, type Day, type NewNote, type Note } from "../backend";
import type { CallState } from "../calling/state";
import { show } from "../testing";
import { AfterCall, subjectOf } from "./AfterCall";

const AT = "2027-05-03T09:20:00Z";
const MOBILE = { number: "+447700900142", ending: "0142", of: "Patient/p", use: "mobile" as const };
const HOME = { number: "+441614960018", ending: "0018", of: "Patient/p", use: "home" as const };

const ELLIS: Appointment = {
  id: "7",
  status: "arrived",
  patient: { id: "p", name: "Margaret Ellis", phones: [] },
  lastCall: null,
  phones: [MOBILE, HOME],
};
const RAHMAN: Appointment = {
  id: "8",
  start: "2027-05-03T09:30:00Z",
  status: "booked",
  patient: { id: "q", name: "Ms Aisha Rahman", phones: [] },
  lastCall: null,
  numbers: 1,
};

function ended(more: Partial<CallState> = {}): CallState {
  const target = {
    appointment: "7",
    number: MOBILE.number,
    name: "Margaret Ellis",
    ending: "0142",
    recipient: MOBILE.of,
  };
  return {
    phase: "ended",
    target,
    callSid: "CA1",
    startedAt: 0,
    endedAt: 1,
    outcome: "completed",
    muted: false,
    quality: "good",
    digits: "",
    ...more,
  };
}

function over(
  call = ended(),
  note: (call: string, note: NewNote) => Promise<Note> = async (_, n) => ({ ...n, at: AT }),
) {
  const day: Day = { date: "2027-05-03", timeZone: "Europe/London", appointments: [ELLIS, RAHMAN] };
  return show(<AfterCall call={call} />, {
    backend: { note, day: async () => day, appointment: async () => ELLIS, calls: async () => [] },
  });
}

const radio = (name: string | RegExp) => screen.getByRole<HTMLInputElement>("radio", { name });
const field = async () => {
  fireEvent.click(await screen.findByRole("button", { name: "Add a note" }));
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Note" });
};
const press = (name: string | RegExp) => fireEvent.click(screen.getByRole("button", { name }));

describe("after a call", () => {
  afterEach(cleanup);

  it("asks what came of it, with nothing chosen, and saves an outcome alone", async () => {
    const note = vi.fn(async (_: string, given: NewNote) => ({ ...given, at: AT }));
    over(ended(), note);
    for (const one of await screen.findAllByRole<HTMLInputElement>("radio")) expect(one.checked).toBe(false);
    press("Save");
    expect(note, "nothing to save").not.toHaveBeenCalled();
    fireEvent.click(radio("Left a message"));
    press("Save");
    await screen.findByText("Saved.");
    expect(note).toHaveBeenCalledExactlyOnceWith("CA1", { outcome: "left-message" });
  });

  it("saves a note alone with Control and Enter, and lets it be changed", async () => {
    const note = vi.fn(async (_: string, given: NewNote) => ({ ...given, at: AT }));
    over(ended(), note);
    const text = await field();
    fireEvent.change(text, { target: { value: "Rings again." } });
    fireEvent.keyDown(text, { key: "Enter", ctrlKey: true });
    await screen.findByText("Saved.");
    expect(note).toHaveBeenCalledExactlyOnceWith("CA1", { text: "Rings again." });
    press("Change");
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Note" }).value).toBe("Rings again.");
  });

  it("opens the note’s field on a press alone, and gives it the focus", async () => {
    over();
    await screen.findAllByRole("radio");
    expect(screen.queryByRole("textbox")).toBeNull();
    const opened = await field();
    expect(document.activeElement).toBe(opened);
  });

  it("takes a choice back when it is chosen once more", async () => {
    over();
    fireEvent.click(await screen.findByRole("radio", { name: "Other" }));
    expect(radio("Other").checked).toBe(true);
    fireEvent.click(radio("Other"));
    expect(radio("Other").checked).toBe(false);
  });

  it.each<[string, Partial<CallState>, string | undefined]>([
    ["a voicemail", { answeredBy: "machine_start" }, "Left a message"],
    ["a person", { answeredBy: "human" }, "Spoke with the patient"],
    ["nobody knows whom", {}, undefined],
    ["nobody", { outcome: "no-answer" }, "Could not be reached"],
  ])("marks what it may have been after %s, and chooses nothing", async (_, more, marked) => {
    over(ended(more));
    const radios = await screen.findAllByRole<HTMLInputElement>("radio");
    expect(radios.filter((one) => one.checked)).toEqual([]);
    const described = radios.filter((one) => one.hasAttribute("aria-describedby"));
    expect(described.map((one) => one.labels?.[0]?.textContent)).toEqual(marked ? [marked] : []);
  });

  it("keeps what was typed when it cannot be saved, and says why", async () => {
    let fail = true;
    over(ended(), async (_, given) => {
      if (fail) throw new BackendError("unavailable", "The service is away.");
      return { ...given, at: AT };
    });
    fireEvent.change(await field(), { target: { value: "Rings again." } });
    press("Save");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("The service is away. Not saved yet. What you wrote is kept here.");
    expect(screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Note" }).value).toBe("Rings again.");
    fail = false;
    fireEvent.click(within(alert).getByRole("button", { name: "Try again" }));
    await screen.findByText("Saved.");
  });

  it("does not offer to try again what comes too late", async () => {
    const late = new BackendError("conflict", "A call can be noted for 24 hours.", { reason: "too-late" });
    over(ended(), () => Promise.reject(late));
    fireEvent.click(await screen.findByRole("radio", { name: "Other" }));
    press("Save");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain(
      "A call can be noted for 24 hours. It was not saved. What you wrote is kept here.",
    );
    expect(within(alert).queryByRole("button")).toBeNull();
  });

  it("counts near the end, and does not cut anything off", async () => {
    const note = vi.fn();
    over(ended(), note);
    const text = await field();
    fireEvent.change(text, { target: { value: "a".repeat(899) } });
    expect(screen.queryByText(/characters left/)).toBeNull();
    fireEvent.change(text, { target: { value: "a".repeat(990) } });
    screen.getByText("10 characters left");
    fireEvent.change(text, { target: { value: "a".repeat(1_001) } });
    screen.getByText("1 character too many");
    expect(text.value).toHaveLength(1_001);
    press("Save");
    expect(note).not.toHaveBeenCalled();
  });

  it("says who is next, and has a call to them", async () => {
    over();
    const next = await screen.findByRole("link", { name: "Next: 10:30 Ms Aisha Rahman" });
    expect(next.getAttribute("href")).toBe("/appointments/8");
    screen.getByRole("button", { name: "Call Ms Aisha Rahman" });
  });

  it("asks nothing of a call that was never placed", async () => {
    over(ended({ outcome: "refused" }));
    await screen.findByRole("link", { name: /^Next/ });
    expect(screen.queryByRole("radio")).toBeNull();
  });

  it("leaves what is half written where it is when Escape is pressed", async () => {
    over();
    const text = await field();
    expect(fireEvent.keyDown(text, { key: "Escape" }), "nothing is written: the dock may go").toBe(true);
    fireEvent.change(text, { target: { value: "Rings" } });
    let kept = true;
    act(() => {
      kept = !fireEvent.keyDown(text, { key: "Escape" });
    });
    expect(kept).toBe(true);
  });
});

describe("subjectOf", () => {
  const [alan, beth] = [
    { id: "a", name: "Alan Smith", phones: [] },
    { id: "b", name: "Beth Smith", phones: [] },
  ];
  const daughter = { number: "+447700900318", ending: "0318", of: "RelatedPerson/d" };
  const group = { ...ELLIS, patient: alan, patients: [alan, beth] };
  const to = (recipient: string, number = MOBILE.number) => ({ ...ended().target, recipient, number });

  it("is the patient for whom a relative was called, not the first of a group", () => {
    const of = { ...group, phones: [{ ...daughter, patient: "Patient/b" }] };
    expect(subjectOf(of, to(daughter.of, daughter.number))).toBe(beth);
    expect(subjectOf(of, to("Patient/b"))).toBe(beth);
  });

  it("is guessed of no group, and is the only patient of any other", () => {
    expect(subjectOf({ ...group, phones: [daughter] }, to(daughter.of, daughter.number))).toBeUndefined();
    expect(subjectOf(ELLIS, to(daughter.of))).toBe(ELLIS.patient);
  });
});
