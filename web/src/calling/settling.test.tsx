import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallDock } from "./CallDock";
import { call, noon, show } from "./playing";
import { MOMENT, useCallsOff } from "./settling";

function Probe() {
  return <p data-testid="off">{String(useCallsOff())}</p>;
}

const off = () => screen.getByTestId("off").textContent === "true";
const settling = () => screen.getByTestId("call-dock").hasAttribute("data-settling");
const pass = (ms: number) => act(() => void vi.advanceTimersByTime(ms));
const ended = { phase: "ended", endedAt: noon + 60_000 } as const;

function inCall() {
  return show(
    <>
      <CallDock />
      <Probe />
    </>,
    { call: call() },
  );
}

describe("the moment after a call", () => {
  beforeEach(() => void vi.useFakeTimers({ now: noon + 60_000 }));
  afterEach(() => {
    cleanup();
    vi.useRealTimers();
  });

  it("calls nobody when the other side has hung up: the press was meant for what stood there", () => {
    const { change } = inCall();
    expect(off()).toBe(true);
    change({ call: call({ ...ended, endedBy: "them" }) });
    expect(off()).toBe(true);
    expect(settling()).toBe(true);
    pass(MOMENT - 1);
    expect(off()).toBe(true);
    pass(1);
    expect(off()).toBe(false);
    expect(settling()).toBe(false);
  });

  it("is not waited for by whoever ended the call", () => {
    const { change } = inCall();
    change({ call: call({ ...ended, endedBy: "you" }) });
    expect(off()).toBe(false);
    expect(settling()).toBe(false);
  });

  it("is over when the next call is", () => {
    const { change } = inCall();
    change({ call: call({ ...ended, endedBy: "them" }) });
    change({ call: call() });
    pass(MOMENT);
    expect(off()).toBe(true);
    change({ call: call({ ...ended, endedBy: "them" }) });
    expect(off()).toBe(true);
    pass(MOMENT);
    expect(off()).toBe(false);
  });
});
