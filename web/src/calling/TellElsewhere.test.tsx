import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { show } from "./playing";
import { TellElsewhere } from "./TellElsewhere";
import { tellsElsewhere } from "./telling";

const allow = (permission: NotificationPermission, answer: NotificationPermission) => {
  const requestPermission = vi.fn(async () => answer);
  vi.stubGlobal("Notification", Object.assign(class {}, { permission, requestPermission }));
  return requestPermission;
};
const toggle = () => screen.getByRole<HTMLInputElement>("switch");

beforeEach(() => localStorage.clear());
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("being told in another window", () => {
  it("is asked of the browser by a press alone, and remembered", async () => {
    const ask = allow("default", "granted");
    show(<TellElsewhere />);
    expect(ask).not.toHaveBeenCalled();
    expect(tellsElsewhere()).toBe(false);
    await act(async () => void fireEvent.click(toggle()));
    expect(ask).toHaveBeenCalledTimes(1);
    expect(toggle().checked).toBe(true);
    expect(tellsElsewhere()).toBe(true);
    await act(async () => void fireEvent.click(toggle()));
    expect(tellsElsewhere()).toBe(false);
    expect(ask, "nothing is asked to turn it off").toHaveBeenCalledTimes(1);
  });

  it("stays off where the browser says no, and says what to do", async () => {
    allow("denied", "denied");
    show(<TellElsewhere />);
    await act(async () => void fireEvent.click(toggle()));
    expect(toggle().checked).toBe(false);
    expect(tellsElsewhere()).toBe(false);
    expect(screen.getByText(/does not allow messages from this site/)).toBeTruthy();
  });

  it("is not offered where the browser has no messages", () => {
    vi.stubGlobal("Notification", undefined);
    show(<TellElsewhere />);
    expect(screen.queryByRole("switch")).toBeNull();
  });
});
