import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Backend, BackendError } from "../backend";
import { show } from "../calling/playing";
import type { Candidates, Participant, Participants } from "../roomRoutes";
import { clinician, colleague, interpreter, KEY, member, party, room } from "./playing";
import RoomPanel from "./RoomPanel";

const some: Candidates = {
  full: false,
  candidates: [
    { kind: "directory", id: "urdu", name: "Mehwish Khan", role: "interpreter", language: "Urdu", in: false },
    {
      kind: "related",
      id: "d1",
      name: "Anna Ellis",
      role: "family",
      relationship: "daughter",
      ending: "0318",
      in: true,
    },
    {
      kind: "related",
      id: "s1",
      name: "Sam Ellis",
      role: "family",
      in: false,
      refusal: { code: "no-number", sentence: "No number is on file." },
    },
  ],
};

/** The panel of a call with these in it; `says` has the server tell of another state. */
async function panel(first: Participants, backend: Partial<Backend> = {}) {
  const now = first;
  const all = { participants: async () => now, candidates: async () => some, ...backend };
  const view = show(<RoomPanel call={KEY} />, {}, { backend: all as Backend });
  await screen.findByRole("region", { name: "People in this call" });
  return {
    ...view,
    row: (name: string) => screen.getByText(name).closest("li") as HTMLElement,
  };
}

const alerted = async (words: string | RegExp) =>
  expect((await screen.findByText(words)).getAttribute("role")).toBe("alert");

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("RoomPanel", () => {
  it("lists everybody else with role, number and state, and tells the softphone of the room", async () => {
    const on = await panel(room([clinician, member, { ...interpreter, state: "ringing" }]));
    expect(on.row("Margaret Ellis").textContent).toContain("number ending 0142");
    expect(on.row("Margaret Ellis").textContent).toContain("In the call");
    expect(on.row("Mehwish Khan").textContent).toContain("interpreter");
    expect(on.row("Mehwish Khan").textContent).toContain("Ringing…");
    expect(screen.queryByText("Dr Amara Okafor"), "oneself is in the dock already").toBeNull();
    expect(on.phone.roomSays).toHaveBeenCalledWith(KEY, { open: true, others: 1, held: 0, colleagues: 0 });
  });

  it("puts somebody on hold, and takes them off it", async () => {
    const change = vi.fn(async (_: string, label: string, { hold }: { hold?: boolean }) => ({
      ...member,
      label,
      held: hold ?? false,
    }));
    await panel(room([clinician, member]), { change });
    fireEvent.click(screen.getByRole("button", { name: "Hold Margaret Ellis" }));
    const off = await screen.findByRole("button", { name: "Take off hold: Margaret Ellis" });
    expect(change).toHaveBeenLastCalledWith(KEY, "p2-member", { hold: true });
    await screen.findByText("On hold 00:00");
    const news = "Margaret Ellis is on hold and hears music";
    await waitFor(() => expect(screen.getByTestId("room-news").textContent).toBe(news));
    fireEvent.click(off);
    await screen.findByRole("button", { name: "Hold Margaret Ellis" });
    expect(change).toHaveBeenLastCalledWith(KEY, "p2-member", { hold: false });
  });

  it("asks one thing at a time of somebody, whatever is asked of others meanwhile", async () => {
    const answers: (() => void)[] = [];
    const change = vi.fn(
      (_: string, label: string, { hold }: { hold?: boolean }) =>
        new Promise<Participant>((answer) => {
          answers.push(() => answer({ ...member, label, held: hold ?? false }));
        }),
    );
    await panel(room([clinician, member, { ...interpreter, state: "connected" }]), { change });
    const hold = screen.getByRole("button", { name: "Hold Margaret Ellis" });
    fireEvent.click(hold);
    fireEvent.click(screen.getByRole("button", { name: "Hold Mehwish Khan" }));
    await act(async () => answers[1]?.());
    fireEvent.click(hold);
    expect(change).toHaveBeenCalledTimes(2);
    await act(async () => answers[0]?.());
    await screen.findByRole("button", { name: "Take off hold: Margaret Ellis" });
  });

  it("reminds of a forgotten hold after a minute, and again with each", async () => {
    await panel(room([clinician, { ...member, held: true }]));
    await act(() => vi.advanceTimersByTimeAsync(59_000));
    expect(screen.queryByText(/has been on hold/)).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(2_000));
    const reminder = screen.getByText("Margaret Ellis has been on hold for 1 minute.");
    expect(reminder.closest('[role="status"]')).not.toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    screen.getByText("Margaret Ellis has been on hold for 2 minutes.");
  });

  it("removes nobody who is the only other one, and explains when the service will not", async () => {
    await panel(room([clinician, member]));
    expect(screen.queryByRole("button", { name: /^Remove/ })).toBeNull();
    cleanup();
    const remove = vi.fn(async () => {
      throw new BackendError("conflict", "", { reason: "last-member" });
    });
    await panel(room([clinician, member, colleague]), { remove });
    fireEvent.click(screen.getByRole("button", { name: "Remove Margaret Ellis from the call" }));
    await alerted(/^Margaret Ellis is the last on the patient’s side/);
  });

  it("stops calling one who has not answered", async () => {
    const remove = vi.fn(async () => {});
    await panel(room([clinician, member, { ...interpreter, state: "ringing" }]), { remove });
    fireEvent.click(screen.getByRole("button", { name: "Cancel the call to Mehwish Khan" }));
    await waitFor(() => expect(remove).toHaveBeenCalledWith(KEY, "p3-interpreter"));
  });

  it("says what the service says when something could not be done", async () => {
    const change = vi.fn(async () => {
      throw new BackendError("conflict", "The call could not go on in a room.", { reason: "move-failed" });
    });
    await panel(room([clinician, member], { room: "none" }), { change });
    fireEvent.click(screen.getByRole("button", { name: "Hold Margaret Ellis" }));
    await alerted("The call could not go on in a room.");
  });
});

describe("Candidates", () => {
  const open = () => fireEvent.click(screen.getByRole("button", { name: "Add somebody" }));

  it("offers only whom one may add, and says why not the others", async () => {
    await panel(room([clinician, member]));
    open();
    const list = within(await screen.findByRole("group", { name: "Whom to add" }));
    await list.findByRole("button", { name: "Add Mehwish Khan" });
    expect(list.getAllByRole("button")).toHaveLength(1);
    expect(list.getByText("Anna Ellis").closest("li")?.textContent).toContain("In this call");
    expect(list.getByText("Sam Ellis").closest("li")?.textContent).toContain("No number is on file.");
    expect(list.queryByRole("textbox"), "no number can be typed").toBeNull();
  });

  it("says dialling at once, and puts them into the list of the call", async () => {
    let answer = (_: typeof interpreter) => {};
    const add = vi.fn(() => new Promise<typeof interpreter>((resolve) => (answer = resolve)));
    await panel(room([clinician, member]), { add });
    open();
    fireEvent.click(await screen.findByRole("button", { name: "Add Mehwish Khan" }));
    await screen.findByText("Dialling…");
    expect(add).toHaveBeenCalledWith(KEY, { kind: "directory", id: "urdu" });
    await act(async () => answer({ ...interpreter, state: "asked" }));
    await waitFor(() => expect(screen.queryByRole("group", { name: "Whom to add" })).toBeNull());
    expect(screen.getByText("Mehwish Khan").closest("li")?.textContent).toContain("Dialling…");
    await waitFor(() => expect(screen.getByTestId("room-news").textContent).toBe("Calling Mehwish Khan"));
    expect(document.activeElement?.textContent).toBe("Add somebody");
  });

  it("explains a full call, and offers nobody", async () => {
    await panel(room([clinician, member], { most: 2 }), { candidates: async () => ({ ...some, full: true }) });
    open();
    await screen.findByText("The call is full: it can hold 2 people. Remove somebody before you add another.");
    expect(screen.queryByRole("button", { name: "Add Mehwish Khan" })).toBeNull();
  });

  it("keeps the list open with the service's sentence when adding failed", async () => {
    const add = vi.fn(async () => {
      throw new BackendError("conflict", "Mehwish Khan is in this call already.", { reason: "already-in" });
    });
    await panel(room([clinician, member]), { add });
    open();
    fireEvent.click(await screen.findByRole("button", { name: "Add Mehwish Khan" }));
    await alerted("Mehwish Khan is in this call already.");
    screen.getByRole("group", { name: "Whom to add" });
  });

  it("is closed with Escape, and the focus goes back to what opened it", async () => {
    await panel(room([clinician, member]));
    open();
    const list = await screen.findByRole("group", { name: "Whom to add" });
    await waitFor(() => expect(document.activeElement).toBe(list));
    fireEvent.keyDown(list, { key: "Escape" });
    expect(screen.queryByRole("group", { name: "Whom to add" })).toBeNull();
    expect(document.activeElement?.textContent).toBe("Add somebody");
  });
});

describe("party", () => {
  it("of one who has left has no controls", async () => {
    const on = await panel(room([clinician, member, party("p3", { name: "Gone", state: "left", outcome: "busy" })]));
    expect(within(on.row("Gone")).queryAllByRole("button")).toEqual([]);
    expect(on.row("Gone").textContent).toContain("Line busy");
  });
});
