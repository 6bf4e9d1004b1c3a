import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { DevicePickers } from "./DevicePickers";
import { call, show } from "./playing";

afterEach(cleanup);

describe("leaving the page", () => {
  const asks = () => !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));

  it("is asked about in a call only", () => {
    const { change, unmount } = show(<p />);
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
