import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { call, show } from "../calling/playing";
import CheckPage from "./CheckPage";
import type { ProbeResult } from "./probe";

const { soundTest } = vi.hoisted(() => ({ soundTest: vi.fn<() => Promise<ProbeResult>>() }));
vi.mock("./probe", () => ({ soundTest }));
vi.mock("./device", () => ({ makeProbeDevice: () => () => {} }));

const good: ProbeResult = {
  relays: 0,
  tokenMs: 12,
  signallingMs: 80,
  answeredMs: 200,
  figures: { packetsSent: 400, packetsReceived: 390, packetsLost: 0, lossPercent: 0, roundTrip: 30 },
  path: { protocol: "udp", local: "host", remote: "host" },
};

const backend = {
  voiceToken: async () => "secret.token",
  events: async () => new Response(": hello\n\n"),
} as never;

function open(state: Parameters<typeof show>[1] = {}) {
  const shown = show(<CheckPage />, state, { backend });
  shown.phone.onInputLevel = (listener) => {
    listener(0.4);
    return () => true;
  };
  return shown;
}

// Finding by role is slow here, and slower beside other tests.
const patient = { timeout: 30_000 };

const item = (id: string) => document.querySelector(`[data-check="${id}"]`)?.textContent ?? "";
const report = () => screen.getByLabelText<HTMLTextAreaElement>("Report").value;

async function run() {
  fireEvent.click(screen.getByRole("button", { name: "Start the check" }));
  await screen.findByRole("button", { name: "Check again" }, patient);
}

beforeEach(() => {
  soundTest.mockReset().mockResolvedValue(good);
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("RTCPeerConnection", () => {});
  vi.stubGlobal("navigator", {
    userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36",
    mediaDevices: { getUserMedia: () => {} },
    clipboard: { writeText: vi.fn(async () => {}) },
  });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("the check page", { timeout: 60_000 }, () => {
  it("checks everything and leaves one question", async () => {
    open();
    await run();
    expect(item("browser")).toContain("Works");
    expect(item("microphone")).toContain("sound heard");
    expect(item("media")).toContain("400 packets out, 390 in");
    expect(item("transport")).toContain("UDP");
    expect(item("turn")).toContain("Not used by this service.");
    expect(item("events")).toContain("Works");
    const question = within(screen.getByRole("region", { name: "Did you hear it?" }));
    fireEvent.click(question.getByRole("button", { name: "Yes, I heard it" }));
    expect(screen.getAllByText("Everything works. You can make calls.")).toBeTruthy();
    expect(report()).toContain("Result: Everything works. You can make calls.");
  });

  it("takes back an answer", async () => {
    open();
    await run();
    fireEvent.click(screen.getByRole("button", { name: "No" }));
    expect(item("speaker")).toContain("Does not work");
    fireEvent.click(screen.getByRole("button", { name: "Yes, I heard it" }));
    expect(item("speaker")).toContain("Works");
  });

  it("copies a report without anything personal", async () => {
    open({ microphones: [{ id: "m1", label: "Amara's headset" }] });
    await run();
    fireEvent.click(screen.getByRole("button", { name: "Copy report" }));
    expect(await screen.findByText("Report copied.", undefined, patient)).toBeTruthy();
    expect(navigator.clipboard.writeText).toHaveBeenCalledWith(report());
    expect(report()).toContain("App 1.2.3");
    expect(report()).not.toMatch(/Amara|secret|\+44/);
  });

  it("says what to do about what does not work", async () => {
    soundTest.mockResolvedValue({ relays: 0, tokenMs: 12, failed: { stage: "signalling", code: 31005 } });
    open();
    await run();
    expect(item("signalling")).toContain("Does not work");
    expect(item("signalling")).toContain("What to do:");
    expect(report()).toContain("(error 31005)");
  });

  it("waits until the call is over", () => {
    open({ call: call() });
    fireEvent.click(screen.getByRole("button", { name: "Start the check" }));
    expect(soundTest).not.toHaveBeenCalled();
    expect(screen.getByText("You are in a call. End it before you start the check.")).toBeTruthy();
  });
});
