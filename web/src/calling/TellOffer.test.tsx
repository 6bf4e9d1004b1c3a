import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallDock } from "./CallDock";
import { call, noon, show } from "./playing";
import { tellElsewhere, tellsElsewhere } from "./telling";

const browser = (permission: NotificationPermission, answer: NotificationPermission = "granted") => {
  const requestPermission = vi.fn(async () => answer);
  vi.stubGlobal("Notification", Object.assign(class {}, { permission, requestPermission }));
  return requestPermission;
};
const offered = () => screen.queryByText("Be told when your call changes while you are in another window?") !== null;
const leave = () => act(() => void window.dispatchEvent(new Event("blur")));
const press = (name: string) => act(async () => void fireEvent.click(screen.getByRole("button", { name })));

/** A call that somebody leaves the page in. */
function leftInACall() {
  cleanup();
  const shown = show(<CallDock />, { call: call() });
  expect(offered()).toBe(false);
  leave();
  return shown;
}

describe("being told in another window is offered", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("when the page is first left in a call, and asks the browser only after a yes", async () => {
    const ask = browser("default");
    leftInACall();
    expect(offered()).toBe(true);
    expect(ask).not.toHaveBeenCalled();
    await press("Yes, tell me");
    expect(ask).toHaveBeenCalledTimes(1);
    expect(tellsElsewhere()).toBe(true);
    expect(offered()).toBe(false);
  });

  it("is said once, to whoever is back, and gives the focus to the call's words when it goes", async () => {
    browser("default");
    leftInACall();
    const spoken = screen.getByTestId("tell-offer");
    expect(spoken.textContent, "nothing is read out of a window behind another").toBe("");
    act(() => void window.dispatchEvent(new Event("focus")));
    expect(spoken.textContent).toMatch(/^A question beside the call/);
    screen.getByRole("button", { name: "No" }).focus();
    await press("No");
    expect(document.activeElement).toBe(screen.getByTestId("call-dock").querySelector("[data-band]"));
  });

  it("never twice after a no, nor where the browser says no", async () => {
    browser("default");
    leftInACall();
    await press("No");
    expect(tellsElsewhere()).toBe(false);
    leftInACall();
    expect(offered()).toBe(false);

    localStorage.clear();
    browser("default", "denied");
    leftInACall();
    await press("Yes, tell me");
    expect(tellsElsewhere()).toBe(false);
    leftInACall();
    expect(offered()).toBe(false);
  });

  it("not where it is settled already, and not without a call", () => {
    browser("denied");
    leftInACall();
    expect(offered()).toBe(false);
    browser("default");
    tellElsewhere(false);
    leftInACall();
    expect(offered(), "turned off in the devices' panel").toBe(false);
    localStorage.clear();
    const { change } = leftInACall();
    expect(offered()).toBe(true);
    change({ call: call({ phase: "ended", endedAt: noon }) });
    expect(offered()).toBe(false);
  });
});
