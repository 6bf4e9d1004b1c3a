import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../backend";
import type { Services } from "../services";
import { CallDock } from "./CallDock";
import { call, margaret, show } from "./playing";

const KEY = "CA00000000000000000000000000000001";

const own = { number: margaret.number, ending: margaret.ending, of: margaret.recipient };
const appointment = { id: "a1", status: "booked", patient: { id: "p1", name: "Margaret Ellis" }, phones: [own] };

function backend(more: object): Partial<Services> {
  return {
    backend: { appointment: async () => appointment, calls: () => new Promise(() => {}), ...more },
  } as unknown as Partial<Services>;
}

const dock = () => within(screen.getByTestId("call-dock"));
const settled = () => act(() => vi.advanceTimersByTimeAsync(0));

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.setItem(
    "careline.call",
    JSON.stringify({ appointment: "a1", key: KEY, recipient: margaret.recipient, nth: 0, tab: undefined }),
  );
});
afterEach(() => {
  cleanup();
  sessionStorage.clear();
  vi.useRealTimers();
});

describe("a call that was cut off", () => {
  it("is told of with its name from the record, and made again", async () => {
    const { phone, change } = show(<CallDock />, {}, backend({}));
    await settled();
    expect(dock().getByRole("heading").textContent).toBe("Your call was cut off");
    expect(dock().getByRole("link", { name: "Margaret Ellis" }).getAttribute("href")).toBe("/appointments/a1");
    expect(dock().getByText(/Finding out how the call stands/)).toBeTruthy();
    fireEvent.click(dock().getByText("Call again"));
    expect(phone.call).toHaveBeenCalledWith(expect.objectContaining({ number: margaret.number }));
    change({ call: call({ phase: "preparing" }) });
    change({ call: null });
    expect(screen.queryByTestId("call-dock"), "another one was begun").toBeNull();
  });

  it.each([
    [false, /The line is still open/],
    [true, /The call has ended/],
  ])("is over by the service's word: %s", async (final, words) => {
    show(<CallDock />, {}, backend({ calls: async () => [{ key: KEY, final }] }));
    await settled();
    expect(dock().getByText(words)).toBeTruthy();
  });

  it("is put away, and not told of again", async () => {
    const { unmount } = show(<CallDock />, {}, backend({}));
    await settled();
    fireEvent.click(dock().getByText("Close"));
    expect(screen.queryByTestId("call-dock")).toBeNull();
    unmount();
    show(<CallDock />, {}, backend({}));
    expect(screen.queryByTestId("call-dock")).toBeNull();
  });

  it("is nobody else's who signs in in this tab", async () => {
    const refuse = async () => {
      throw new BackendError("forbidden", "Not yours.");
    };
    show(<CallDock />, {}, backend({ appointment: refuse }));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(screen.queryByTestId("call-dock")).toBeNull();
    expect(sessionStorage.getItem("careline.call")).toBeNull();
  });
});
