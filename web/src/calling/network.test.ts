import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bench } from "./bench";
import { createNetwork } from "./network";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the network", () => {
  it("is told by the browser's own events, as they come", () => {
    const page = Object.assign(new EventTarget(), { navigator: { onLine: true } });
    const network = createNetwork(page as unknown as Window);
    const seen: boolean[] = [];
    const stop = network.onChange(() => seen.push(network.offline()));
    page.navigator.onLine = false;
    page.dispatchEvent(new Event("offline"));
    page.navigator.onLine = true;
    page.dispatchEvent(new Event("online"));
    stop();
    page.dispatchEvent(new Event("offline"));
    expect(seen).toEqual([true, false]);
  });

  it("is part of what the phone shows", () => {
    const b = bench();
    expect(b.phone.getState().offline).toBe(false);
    b.network.turn(true);
    expect(b.phone.getState().offline).toBe(true);
    b.phone.close();
  });
});
