import { QueryClient } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { App } from "./app";
import type { Backend, Me } from "./backend";
import type { SoftphoneState } from "./calling/state";
import type { SessionState } from "./session/contract";
import { IDLE, scene } from "./testing";

const CONNECTED: SoftphoneState = {
  ...IDLE,
  call: {
    phase: "connected",
    target: {
      appointment: "7",
      number: "+447700900142",
      name: "Margaret Ellis",
      ending: "0142",
      recipient: "Patient/p",
    },
    startedAt: Date.now() - 10_000,
    answeredAt: Date.now(),
    muted: false,
    quality: "good",
    digits: "",
  },
};

/** The whole app, with a session and a phone that the test moves. */
function stage(session: SessionState, phone: SoftphoneState, backend: Partial<Backend> = {}) {
  const listeners = new Set<() => void>();
  const on = { session, phone };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const acts = {
    signIn: vi.fn(async () => {}),
    signInBeside: vi.fn(async () => {}),
    signOut: vi.fn(async () => {}),
    handOver: vi.fn(),
  };
  const clear = vi.fn();
  const day = async () => ({ date: "", timeZone: "", appointments: [] });
  const { services } = scene({ backend: { day, ...backend } });
  const follows = vi.spyOn(services.live, "start");
  render(
    <App
      client={new QueryClient()}
      services={{
        ...services,
        session: { ...acts, getState: () => on.session, subscribe } as never,
        softphone: { getState: () => on.phone, subscribe, clear } as never,
      }}
    />,
  );
  return {
    ...acts,
    clear,
    follows,
    change(next: Partial<typeof on>) {
      act(() => {
        Object.assign(on, next);
        for (const listener of listeners) listener();
      });
    },
  };
}

const SIGNED_IN: SessionState = { kind: "in", name: "Dr Amara Okafor" };
const LOST: SessionState = { kind: "lost", name: "Dr Amara Okafor", note: "Your session has ended." };

describe("the app", () => {
  afterEach(() => {
    cleanup();
    history.replaceState(null, "", "/"); // some are led to another page
  });

  it("asks to sign in, and has landmarks and the clinician's name once signed in", async () => {
    const on = stage({ kind: "out" }, IDLE);
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(on.signIn).toHaveBeenCalledWith("/");
    on.change({ session: SIGNED_IN });
    await screen.findByText("No appointments today.");
    for (const landmark of ["banner", "navigation", "main"]) screen.getByRole(landmark);
    screen.getByRole("button", { name: "Dr Amara Okafor: your account" });
    expect(screen.getByRole("link", { name: "Today" }).getAttribute("aria-current")).toBe("page");
  });

  it.each<[Partial<Me>, string, number]>([
    [{ clinician: true }, "No appointments today.", 1],
    [{ supervisor: true }, "No calls at the moment.", 1],
    [{ reviewer: true }, "Nothing was recorded on these days.", 0],
  ])("follows what happens for whoever has to hear of calls: %o", async (role, words, times) => {
    const liveCalls = async () => ({ calls: [] });
    const me = async () => ({ clinician: false, auditor: false, ...role });
    const on = stage(SIGNED_IN, IDLE, { me, liveCalls, reviewedCalls: liveCalls });
    await screen.findByText(words);
    expect(on.follows).toHaveBeenCalledTimes(times);
  });

  it("keeps the call, and the page, when the session is lost in the middle of it", async () => {
    const on = stage(SIGNED_IN, CONNECTED);
    await screen.findByText("No appointments today.");
    const call = screen.getByRole("region", { name: "Call" });
    on.change({ session: LOST });
    expect(screen.getByRole("region", { name: "Call" }), "the same element, never unmounted").toBe(call);
    screen.getByText(/Your call goes on/);
    fireEvent.click(screen.getByRole("button", { name: "Sign in again" }));
    expect(on.signInBeside).toHaveBeenCalledOnce();
    on.change({ phone: IDLE });
    screen.getByRole("button", { name: "Sign in" });
    screen.getByText("Your session has ended.");
  });

  it("asks to sign in a few minutes after the end of a call whose session was lost, and forgets the call", async () => {
    const ended = (ago: number): SoftphoneState => ({
      ...IDLE,
      call: { ...CONNECTED.call, phase: "ended", endedAt: Date.now() - ago } as NonNullable<SoftphoneState["call"]>,
    });
    const on = stage(SIGNED_IN, CONNECTED);
    await screen.findByText("No appointments today.");
    vi.useFakeTimers();
    on.change({ session: LOST, phone: ended(0) });
    screen.getByText("No appointments today.");
    act(() => void vi.advanceTimersByTime(179_000));
    expect(on.clear).not.toHaveBeenCalled();
    act(() => void vi.advanceTimersByTime(1_000));
    expect(on.clear).toHaveBeenCalled();
    vi.useRealTimers();
    on.change({ session: SIGNED_IN });
    on.change({ session: LOST, phone: ended(200_000) });
    screen.getByRole("button", { name: "Sign in" });
    expect(screen.queryByText("No appointments today.")).toBeNull();
  });

  it("forgets what was asked before a call when the session ends", async () => {
    const asking = { ...IDLE, call: { ...CONNECTED.call, phase: "asking" } } as SoftphoneState;
    const on = stage(SIGNED_IN, asking);
    await screen.findByText("No appointments today.");
    expect(on.clear).not.toHaveBeenCalled();
    on.change({ session: LOST });
    expect(on.clear).toHaveBeenCalledOnce();
    screen.getByRole("button", { name: "Sign in" });
  });

  it("hands the page over to another person once the call of the first one has ended", async () => {
    const on = stage(SIGNED_IN, CONNECTED);
    await screen.findByText("No appointments today.");
    on.change({ session: LOST });
    on.change({ session: { kind: "other", name: "Dr Amara Okafor", note: "Somebody else has signed in." } });
    screen.getByText("Somebody else has signed in.");
    expect(screen.queryByRole("button", { name: "Sign in again" })).toBeNull();
    expect(on.handOver).not.toHaveBeenCalled();
    on.change({ phone: IDLE });
    expect(on.handOver).toHaveBeenCalledOnce();
    expect(screen.queryByText("No appointments today.")).toBeNull();
  });

  it("does not sign out in the middle of a call", async () => {
    const on = stage(SIGNED_IN, CONNECTED);
    fireEvent.click(screen.getByRole("button", { name: /your account/ }));
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect(on.signOut).not.toHaveBeenCalled();
    screen.getByText("End your call first, then sign out.");
    on.change({ phone: IDLE });
    fireEvent.click(screen.getByRole("button", { name: "Sign out" }));
    expect(on.signOut).toHaveBeenCalledOnce();
  });

  it("has the call in the window's title, and no name", async () => {
    const on = stage(SIGNED_IN, IDLE);
    expect(document.title).toBe("Today – Clinic calls");
    on.change({ phone: CONNECTED });
    expect(document.title).toMatch(/^In call \d\d:\d\d – Clinic calls$/);
  });
});
