import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Backend } from "../backend";
import { CallDock } from "../calling/CallDock";
import type { Joined } from "../calling/joined";
import { show } from "../calling/playing";
import { prepareRooms } from "./parts";
import { KEY, member, party, room } from "./playing";

await prepareRooms();

const asks = party("p1-clinician", { role: "clinician", name: "Dr Amara Okafor" });
const me = party("p3-second-clinician", { role: "second-clinician", self: true, state: "ringing" });
const joined = (more: Partial<Joined> = {}): Joined => ({
  call: KEY,
  phase: "ringing",
  since: Date.now(),
  muted: false,
  ...more,
});

function rung(more: Partial<Joined> = {}) {
  const backend = { participants: async () => room([asks, member, me], { mine: false }) } as unknown as Backend;
  return show(<CallDock />, { joined: joined(more) }, { backend });
}

afterEach(cleanup);

describe("JoinedDock", () => {
  it("says who asks and who is there, at once, and answers or declines", async () => {
    const on = rung();
    await screen.findByRole("heading", { name: "Dr Amara Okafor asks you to join a call" });
    screen.getByText("In it: Dr Amara Okafor, Margaret Ellis");
    expect(screen.getAllByRole("alert").some((one) => one.textContent?.includes("asks you to join"))).toBe(true);
    fireEvent.click(screen.getByRole("button", { name: "Answer" }));
    expect(on.phone.answer).toHaveBeenCalledOnce();
    fireEvent.click(screen.getByRole("button", { name: "Decline" }));
    expect(on.phone.decline).toHaveBeenCalledOnce();
  });

  it("shows who is in the call, without a way to change them, and lets one mute oneself and leave", async () => {
    const on = rung({ phase: "connected", answeredAt: Date.now() });
    await screen.findByRole("heading", { name: "You are in Dr Amara Okafor’s call" });
    screen.getByText("Margaret Ellis");
    expect(screen.queryByRole("button", { name: /hold|Remove|Add/ })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Mute" }));
    expect(on.phone.setMuted).toHaveBeenCalledWith(true);
    fireEvent.click(screen.getByRole("button", { name: "Leave call" }));
    expect(on.phone.leave).toHaveBeenCalledOnce();
  });

  it("says how it ended, and is put away", async () => {
    const on = rung({ phase: "ended", end: "gone" });
    await screen.findByRole("heading", { name: "The question to join was taken back" });
    fireEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(on.phone.clear).toHaveBeenCalledOnce();
  });
});
