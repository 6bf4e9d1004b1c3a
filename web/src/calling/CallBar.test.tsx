import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallBar } from "./CallBar";
import { DevicePickers } from "./DevicePickers";
import { call, noon, show } from "./playing";

const bar = () => within(screen.getByTestId("call-bar"));

afterEach(cleanup);

describe("the call bar", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: noon + 272_500 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is there only while a call is live", () => {
    const { change } = show(<CallBar />);
    expect(screen.queryByTestId("call-bar")).toBeNull();
    change({ call: call() });
    expect(screen.getByRole("region", { name: "Live call" })).toBeTruthy();
    change({ call: call({ phase: "ended", outcome: "completed" }) });
    expect(screen.queryByTestId("call-bar")).toBeNull();
  });

  it("tells name, state and time, and leads back to the appointment", () => {
    const { place } = show(<CallBar />, { call: call() });
    expect(bar().getByText("Connected")).toBeTruthy();
    expect(bar().getByRole("timer").textContent).toBe("04:32");
    act(() => void vi.advanceTimersByTime(500));
    expect(bar().getByRole("timer").textContent).toBe("04:33");
    act(() => void vi.advanceTimersByTime(3_600_000));
    expect(bar().getByRole("timer").textContent).toBe("1:04:33");
    fireEvent.click(bar().getByRole("link", { name: "Margaret Ellis" }));
    expect(place.history.at(-1)).toBe("/appointments/a1");
  });

  it("mutes, unmutes and ends", () => {
    const { phone, change } = show(<CallBar />, { call: call() });
    fireEvent.click(bar().getByRole("button", { name: "Mute" }));
    expect(phone.setMuted).toHaveBeenLastCalledWith(true);
    change({ call: call({ muted: true }) });
    fireEvent.click(bar().getByRole("button", { name: "Unmute" }));
    expect(phone.setMuted).toHaveBeenLastCalledWith(false);
    fireEvent.click(bar().getByRole("button", { name: "End call" }));
    expect(phone.end).toHaveBeenCalledTimes(1);
  });

  it("cancels before the answer", () => {
    const { phone } = show(<CallBar />, { call: call({ phase: "ringing" }) });
    expect(bar().queryByRole("button", { name: "Mute" })).toBeNull();
    fireEvent.click(bar().getByRole("button", { name: "Cancel" }));
    expect(phone.end).toHaveBeenCalledTimes(1);
  });

  it("does not take the second press of a double click", () => {
    const { phone } = show(<CallBar />, { call: call({ phase: "ringing" }) });
    fireEvent.click(bar().getByRole("button", { name: "Cancel" }), { detail: 2 });
    expect(phone.end).not.toHaveBeenCalled();
  });

  it("gives the focus on to the page's content when it goes away, and only then", () => {
    const page = (
      <>
        <CallBar />
        <main id="main" tabIndex={-1} />
        <button type="button">Other</button>
      </>
    );
    const { change } = show(page, { call: call() });
    bar().getByRole("button", { name: "End call" }).focus();
    change({ call: call({ muted: true }) });
    expect(document.activeElement?.textContent).toBe("End call");
    change({ call: call({ phase: "ended", outcome: "completed" }) });
    expect(document.activeElement).toBe(screen.getByRole("main"));
    change({ call: call() });
    screen.getByRole("button", { name: "Other" }).focus();
    change({ call: null });
    expect(document.activeElement?.textContent).toBe("Other");
  });

  it("says that another tab has a call", () => {
    show(<CallBar />, { elsewhere: true });
    expect(screen.getByText("You are in a call in another tab.")).toBeTruthy();
  });
});

describe("leaving the page", () => {
  const asks = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));

  it("is asked about in a call only", () => {
    const { change, unmount } = show(<CallBar />);
    expect(asks()).toBe(false);
    for (const phase of ["preparing", "ringing", "connected", "reconnecting"] as const) {
      change({ call: call({ phase }) });
      expect(asks()).toBe(true);
    }
    change({ call: call({ phase: "ended" }) });
    expect(asks()).toBe(false);
    change({ call: call() });
    unmount();
    expect(asks()).toBe(false);
  });
});

// Finding by role is slow here, and slower beside other tests.
const patient = { timeout: 30_000 };

describe("the devices", { timeout: 60_000 }, () => {
  it("can be changed in a call", () => {
    const { phone } = show(<DevicePickers />, { call: call() });
    fireEvent.change(screen.getByLabelText("Microphone"), { target: { value: "m2" } });
    expect(phone.chooseMicrophone).toHaveBeenCalledWith("m2");
    fireEvent.change(screen.getByLabelText("Speaker"), { target: { value: "s1" } });
    expect(phone.chooseSpeaker).toHaveBeenCalledWith("s1");
  });

  it("show the level in a call as a meter", () => {
    const { levels } = show(<DevicePickers />, { call: call() });
    const meter = screen.getByRole("meter", { name: "Microphone level" });
    expect(meter.getAttribute("aria-valuenow")).toBe("0");
    for (const listener of levels) listener(0.25);
    expect(meter.getAttribute("aria-valuenow")).toBe("50");
    expect((meter.firstElementChild as HTMLElement).style.getPropertyValue("--level")).toBe("50%");
  });

  it("open the microphone outside a call only when asked to", async () => {
    const { phone, levels } = show(<DevicePickers />);
    expect(levels.size).toBe(0);
    fireEvent.click(screen.getByRole("button", { name: "Test microphone" }));
    expect(await screen.findByRole("meter", { name: "Microphone level" }, patient)).toBeTruthy();
    expect(phone.checkMicrophone).toHaveBeenCalledTimes(1);
    expect(levels.size).toBe(1);
    fireEvent.click(screen.getByRole("button", { name: "Stop test" }));
    await waitFor(() => expect(levels.size).toBe(0), patient);
  });

  it("do not open the microphone again by themselves after a call", async () => {
    const { levels, change } = show(<DevicePickers />);
    fireEvent.click(screen.getByRole("button", { name: "Test microphone" }));
    expect(await screen.findByRole("meter", { name: "Microphone level" }, patient)).toBeTruthy();
    change({ call: call() });
    expect(levels.size).toBe(1);
    change({ call: call({ phase: "ended", outcome: "completed" }) });
    expect(levels.size).toBe(0);
    expect(screen.getByRole("button", { name: "Test microphone" })).toBeTruthy();
  });

  it("play a test sound, and say when it could not be", async () => {
    const { phone } = show(<DevicePickers />);
    phone.playTestSound.mockRejectedValueOnce(new Error("no"));
    fireEvent.click(screen.getByRole("button", { name: "Play test sound" }));
    expect(
      await screen.findByText("The test sound could not be played. Choose another speaker.", undefined, patient),
    ).toBeTruthy();
  });

  it("say who chooses where the page may not", () => {
    show(<DevicePickers />, { canChooseSpeaker: false, speakers: [], microphones: [], microphoneId: "" });
    expect(screen.queryByLabelText("Speaker")).toBeNull();
    expect(screen.getByText(/Your computer chooses the speaker/)).toBeTruthy();
    const microphone = screen.getByLabelText<HTMLSelectElement>("Microphone");
    expect(microphone.disabled).toBe(true);
    expect(microphone.selectedOptions[0]?.textContent).toBe("Default microphone");
  });

  it("have a word for the browser's own choice", () => {
    show(<DevicePickers />, { microphoneId: "" });
    const options = [...screen.getByLabelText<HTMLSelectElement>("Microphone").options].map((one) => one.textContent);
    expect(options).toEqual(["Default microphone", "Headset", "Built-in microphone"]);
  });
});
