import { act, cleanup } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, noon, show } from "./calling/playing";
import { useTitle } from "./title";

function Page() {
  useTitle("Today");
  return null;
}

beforeEach(() => void vi.useFakeTimers({ now: noon + 272_000 }));
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("the window's title", () => {
  it("tells of the call, without a name, to whoever is in another window", () => {
    const looks = vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const { change } = show(<Page />);
    const titles = [document.title];
    for (const phase of ["preparing", "ringing", "connected", "ended"] as const) {
      change({ call: call({ phase }) });
      titles.push(document.title);
    }
    expect(titles).toEqual([
      "Today – Clinic calls",
      "Calling… – Clinic calls",
      "Ringing… – Clinic calls",
      "In call 04:32 – Clinic calls",
      "Call ended – Clinic calls",
    ]);
    looks.mockReturnValue(true);
    act(() => void vi.advanceTimersByTime(1_000));
    expect(document.title, "seen").toBe("Today – Clinic calls");
  });
});
