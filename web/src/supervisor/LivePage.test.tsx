import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../backend";
import { keys } from "../live/caches";
import type { LiveCall, LiveCalls, Participant } from "../roomRoutes";
import { type Scene, show } from "../testing";
import LivePage from "./LivePage";

afterEach(cleanup);

const clinician: Participant = {
  label: "p1-clinician",
  role: "clinician",
  name: "Ms Grace Adeyemi",
  state: "connected",
  held: false,
  muted: false,
  self: false,
};
const member: Participant = {
  ...clinician,
  label: "p2-member",
  role: "member",
  name: "Mrs Margaret Ellis",
  ending: "0142",
};
const call: LiveCall = {
  call: "CA1",
  room: "open",
  mine: false,
  asked: "2027-05-03T08:12:00Z",
  participants: [clinician, { ...member, held: true, heldSince: "2027-05-03T08:15:00Z" }],
};

function meet(list: () => Promise<LiveCalls>, more: Scene = {}) {
  const liveCalls = vi.fn(list);
  return { liveCalls, ...show(<LivePage />, { backend: { liveCalls }, path: "/live", ...more }) };
}

describe("live calls", () => {
  it("tell whose call it is, since when, and who is in it and how; and nothing can be done", async () => {
    meet(async () => ({ calls: [call] }));
    const one = within(await screen.findByRole("list", { name: "Calls, the newest first" }));
    one.getByRole("heading", { level: 2, name: "Ms Grace Adeyemi" });
    one.getByText("3 May 2027, 09:12");
    const people = within(one.getByRole("list", { name: "In this call Ms Grace Adeyemi" })).getAllByRole("listitem");
    expect(people.map(({ textContent }) => textContent)).toEqual([
      "Ms Grace AdeyemiclinicianIn the call",
      "Mrs Margaret Ellisthe person calledOn hold since 09:15",
    ]);
    screen.getByText("1 call goes on now.");
    expect(screen.queryByText(/0142/), "no more than is needed").toBeNull();
    expect(screen.queryAllByRole("button")).toEqual([]);
    expect(screen.queryAllByRole("link")).toEqual([]);
  });

  it("say that there are none, and that one that begins appears by itself", async () => {
    const { client } = meet(async () => ({ calls: [] }));
    await screen.findByText("No calls at the moment.");
    act(() => void client.setQueryData(keys.liveCalls, { calls: [call] }));
    await screen.findByRole("heading", { level: 2, name: "Ms Grace Adeyemi" });
    expect(screen.getByTestId("live-news").textContent).toBe("A new call: Ms Grace Adeyemi, Mrs Margaret Ellis");
    act(() => void client.setQueryData(keys.liveCalls, { calls: [] }));
    await screen.findByText("No calls at the moment.");
    expect(screen.getByTestId("live-news").textContent).toBe("A call has ended: Ms Grace Adeyemi, Mrs Margaret Ellis");
  });

  it("say until when the others wait for a clinician who dropped out", async () => {
    meet(async () => ({ calls: [{ ...call, waiting: "2027-05-03T08:16:30Z" }] }));
    await screen.findByText(/^The clinician has dropped out\..*09:16:30/);
  });

  it("say how old they are while nothing comes by itself", async () => {
    meet(async () => ({ calls: [call] }), { updates: "offline" });
    await screen.findByText(/^This is how it was at \d\d:\d\d:\d\d\./);
    expect(screen.queryByText(/now\.$/)).toBeNull();
  });

  it("say why they could not be loaded, and ask again", async () => {
    const { liveCalls } = meet(async () => {
      throw new BackendError("forbidden", "Only supervisors may see the calls that go on.");
    });
    expect((await screen.findByRole("alert")).textContent).toContain("Only supervisors may see the calls that go on.");
    liveCalls.mockResolvedValue({ calls: [call] });
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByRole("heading", { level: 2, name: "Ms Grace Adeyemi" });
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
