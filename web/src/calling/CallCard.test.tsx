import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallCard } from "./CallCard";
import { call, john, margaret, noon, ringing, show, troubled } from "./playing";
import type { SoftphoneState, TroubleKind } from "./state";
import { trouble } from "./troubles";

const card = <CallCard choices={[margaret]} target={margaret} appointment={{ id: "a1" }} />;

const inCard = () => within(screen.getByTestId("call-card"));
const status = () => screen.getByRole("status").textContent;
const alert = () => screen.getByTestId("call-alert").textContent;
const timer = () => inCard().queryByRole("timer")?.textContent ?? null;

/** The call's own buttons, in order; those of the devices and the shortcuts are always there. */
function controls(): string[] {
  return [...screen.getByTestId("call-card").querySelectorAll("[data-control]")].map((one) => one.textContent ?? "");
}

beforeEach(() => {
  vi.useFakeTimers({ now: noon + 272_000 });
  localStorage.clear();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const ended = { phase: "ended", endedAt: noon + 363_000 } as const;
const { answeredAt: _answered, ...unanswered } = call({ ...ended, endedAt: noon + 30_000 });
const live = ["Mute", "Keypad", "End call"];

interface Row {
  state: Partial<SoftphoneState>;
  heading: string;
  note: string | RegExp;
  controls: string[];
  timer?: string;
  status?: string;
  alert?: string;
}

const rows: Record<string, Row> = {
  ready: {
    state: {},
    heading: "Ready to call",
    note: "Your microphone works. The patient sees the clinic's number.",
    controls: ["Call patient"],
    status: "Ready to call",
  },
  preparing: {
    state: { call: call({ phase: "preparing" }) },
    heading: "Getting ready…",
    note: "Allow the microphone if your browser asks.",
    controls: ["Cancel"],
    status: "Getting ready to call",
  },
  calling: {
    state: { call: { ...unanswered, ...ringing, ringingAt: noon + 265_000 } },
    heading: "Calling…",
    note: "Ringing the patient's phone",
    controls: ["Cancel"],
    timer: "00:07",
    status: "Calling Margaret Ellis",
  },
  connected: {
    state: { call: call() },
    heading: "Connected",
    note: "Connection good",
    controls: live,
    timer: "04:32",
    status: "Connected",
  },
  muted: {
    state: { call: call({ muted: true }) },
    heading: "Connected, you are muted",
    note: "The patient cannot hear you",
    controls: ["Unmute", "Keypad", "End call"],
    timer: "04:32",
    status: "You are muted",
  },
  weak: {
    state: { call: call({ quality: "weak" }) },
    heading: "Connected, weak connection",
    note: "The patient may hear gaps. Move closer to your router or use a cable.",
    controls: live,
    timer: "04:32",
    status: "Connected, weak connection",
  },
  "no sound": {
    state: { call: call({ quality: "no-sound" }) },
    heading: "Connected, no sound",
    note: "No sound is getting through. Check your connection.",
    controls: live,
    timer: "04:32",
    status: "Connected. No sound is getting through",
  },
  "silent microphone": {
    state: { call: call({ quality: "silent-microphone" }) },
    heading: "We can't hear you",
    note: "Check that your headset is on and not muted.",
    controls: ["Mute", "Keypad", "Change microphone", "End call"],
    timer: "04:32",
    status: "We can't hear you. Check that your headset is on and not muted.",
  },
  "reconnecting, patient there": {
    state: { call: call({ phase: "reconnecting", memberStatus: "in-progress" }) },
    heading: "Reconnecting…",
    note: "Stay on this page. The patient is still on the line.",
    controls: live,
    timer: "04:32",
    status: "Connection lost. Reconnecting",
  },
  "reconnecting, nobody knows": {
    state: { call: call({ phase: "reconnecting" }) },
    heading: "Reconnecting…",
    note: "Stay on this page.",
    controls: live,
    timer: "04:32",
    status: "Connection lost. Reconnecting",
  },
  "ended by you": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "you", seconds: 363 }) },
    heading: "Call ended",
    note: "Ended by you at 09:18",
    controls: ["Call again"],
    timer: "06:03",
    status: "Call ended after 6 minutes 3 seconds",
  },
  "ended by the patient": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "patient", seconds: 363 }) },
    heading: "Call ended",
    note: "Ended by the patient at 09:18",
    controls: ["Call again"],
    timer: "06:03",
    status: "Call ended after 6 minutes 3 seconds",
  },
  "ended, nobody knows how": {
    state: { call: unanswered },
    heading: "Call ended",
    note: "Finding out how it ended…",
    controls: ["Call again"],
    status: "Call ended",
  },
  busy: {
    state: { call: { ...unanswered, outcome: "busy" } },
    heading: "Line busy",
    note: "The patient may be on another call.",
    controls: ["Try again"],
    status: "Line busy",
  },
  "no answer": {
    state: { call: { ...unanswered, outcome: "no-answer" } },
    heading: "No answer",
    note: "It rang for 30 seconds.",
    controls: ["Try again"],
    status: "No answer",
  },
  failed: {
    state: { call: { ...unanswered, outcome: "failed" } },
    heading: "The call did not go through",
    note: /Check the number and try again\. Reference CA0+1/,
    controls: ["Try again"],
    status: "",
    alert: "The call did not go through. ",
  },
  cancelled: {
    state: { call: { ...unanswered, outcome: "cancelled", endedBy: "you" } },
    heading: "Call cancelled",
    note: "You ended the call before it was answered.",
    controls: ["Call again"],
    status: "Call cancelled",
  },
  refused: {
    state: { call: { ...unanswered, outcome: "refused", reason: "This number is not in the patient's record." } },
    heading: "The call was not placed",
    note: "This number is not in the patient's record.",
    controls: ["Try again"],
    status: "",
    alert: "The call was not placed. This number is not in the patient's record.",
  },
  elsewhere: {
    state: { elsewhere: true },
    heading: "You are in a call in another tab",
    note: "End that call before you start this one.",
    controls: [],
    status: "You are in a call in another tab",
  },
  "another patient's call": {
    state: { call: call({ target: john }) },
    heading: "You are in a call with another patient",
    note: "End that call before you start this one.",
    controls: [],
    status: "Connected",
  },
  "another patient's ended call": {
    state: { call: call({ ...ended, target: john, outcome: "completed", seconds: 363 }) },
    heading: "Ready to call",
    note: "Your microphone works. The patient sees the clinic's number.",
    controls: ["Call patient"],
  },
};

describe("the call card", () => {
  it.each(Object.entries(rows))("%s", (_, row) => {
    show(card, row.state);
    expect(inCard().getByRole("heading").textContent).toBe(row.heading);
    expect(inCard().getByText(row.note)).toBeTruthy();
    expect(controls()).toEqual(row.controls);
    expect(timer()).toBe(row.timer ?? null);
    if (row.status !== undefined) expect(status()).toBe(row.status);
    expect(alert()).toContain(row.alert ?? "");
    if (!row.alert) expect(alert()).toBe("");
    // Never by colour alone.
    expect(screen.getByTestId("call-card").querySelector("[data-band] svg")).toBeTruthy();
  });

  it.each<[TroubleKind, string, string[]]>([
    ["token", "Not ready to call", ["Try again"]],
    ["placing", "The call was not placed", ["Try again"]],
    ["microphone-denied", "Microphone blocked", ["Check again"]],
    ["microphone-dismissed", "Microphone not allowed yet", ["Check again"]],
    ["microphone-missing", "No microphone found", ["Check again"]],
    ["microphone-in-use", "Microphone in use", ["Check again"]],
    ["microphone-blocked-by-system", "Microphone blocked by this computer", ["Check again"]],
    ["insecure-page", "This page is not secure", []],
    ["unsupported-browser", "This browser cannot make calls", []],
  ])("trouble: %s", (kind, heading, buttons) => {
    const state = troubled(kind);
    show(card, state);
    expect(inCard().getByRole("heading").textContent).toBe(heading);
    expect(inCard().getByText(state.trouble?.sentence ?? "")).toBeTruthy();
    expect(controls()).toEqual(buttons);
    expect(alert()).toBe(`${heading}. ${state.trouble?.sentence}`);
    expect(status()).toBe("");
  });

  it("has one region for the state, there from the start and without the timer", () => {
    const { change } = show(card);
    const region = screen.getByRole("status");
    change({ call: call() });
    expect(screen.getAllByRole("status")).toEqual([region]);
    expect(region.textContent).toBe("Connected");
    vi.advanceTimersByTime(5_000);
    expect(region.textContent).toBe("Connected");
    expect(inCard().getByRole("timer").getAttribute("aria-live")).toBe("off");
  });

  it("says nobody can be called", () => {
    show(<CallCard choices={[]} target={null} appointment={{ id: "a1" }} />);
    expect(inCard().getByRole("heading").textContent).toBe("No number to call");
    expect(controls()).toEqual([]);
  });

  it("never picks a related person by itself", () => {
    show(<CallCard choices={[margaret]} target={null} appointment={{ id: "a1" }} />);
    expect(inCard().getByRole("heading").textContent).toBe("Choose whom to call");
    expect(controls()).toEqual([]);
  });

  it("names whom the live call goes to, not who is chosen", () => {
    const other = { ...margaret, number: "+447700900199", ending: "0199" };
    show(<CallCard choices={[margaret, other]} target={other} appointment={{ id: "a1" }} />, { call: call() });
    expect(inCard().getByText("Margaret Ellis, number ending 0142")).toBeTruthy();
  });

  it("offers another chosen number as a new call", () => {
    const other = { ...margaret, number: "+447700900199", ending: "0199" };
    const busy = { call: { ...unanswered, outcome: "busy" as const } };
    const { phone } = show(<CallCard choices={[margaret, other]} target={other} appointment={{ id: "a1" }} />, busy);
    expect(controls()).toEqual(["Call patient"]);
    fireEvent.click(inCard().getByText("Call patient"));
    expect(phone.call).toHaveBeenCalledWith(other);
  });

  it("leads to another appointment's call", () => {
    const { place } = show(card, { call: call({ target: john }) });
    fireEvent.click(inCard().getByRole("link", { name: "Go to that call" }));
    expect(place.history.at(-1)).toBe("/appointments/a2");
  });

  it("shows trouble beside a live call, and the call goes on", () => {
    const { trouble } = troubled("microphone-missing");
    show(card, { call: call(), ...(trouble ? { trouble } : {}) });
    expect(inCard().getByRole("heading").textContent).toBe("Connected");
    expect(inCard().getByText(trouble?.sentence ?? "")).toBeTruthy();
    expect(controls()).toEqual(live);
    expect(alert()).toBe(trouble?.sentence);
  });
});

describe("the controls", () => {
  it("do what they say", () => {
    const { phone, change } = show(card);
    fireEvent.click(inCard().getByText("Call patient"));
    expect(phone.call).toHaveBeenCalledWith(margaret);
    change({ call: call({ phase: "ringing" }) });
    fireEvent.click(inCard().getByText("Cancel"));
    expect(phone.end).toHaveBeenCalledTimes(1);
    change({ call: call() });
    fireEvent.click(inCard().getByText("Mute"));
    expect(phone.setMuted).toHaveBeenLastCalledWith(true);
    change({ call: call({ muted: true }) });
    fireEvent.click(inCard().getByText("Unmute"));
    expect(phone.setMuted).toHaveBeenLastCalledWith(false);
    fireEvent.click(inCard().getByText("End call"));
    expect(phone.end).toHaveBeenCalledTimes(2);
    change({ call: { ...unanswered, outcome: "no-answer" } });
    fireEvent.click(inCard().getByText("Try again"));
    expect(phone.call).toHaveBeenCalledTimes(2);
    change({ ...troubled("microphone-denied"), call: null });
    fireEvent.click(inCard().getByText("Check again"));
    expect(phone.checkMicrophone).toHaveBeenCalledTimes(1);
  });

  it("change the label of Mute and have no pressed state besides", () => {
    show(card, { call: call({ muted: true }) });
    expect(inCard().getByRole("button", { name: "Unmute" }).hasAttribute("aria-pressed")).toBe(false);
  });

  it("ignore the second press of a double click where another control comes in the same place", () => {
    const { phone, change } = show(card);
    fireEvent.click(inCard().getByText("Call patient"), { detail: 1 });
    change({ call: call({ phase: "preparing" }) });
    fireEvent.click(inCard().getByText("Cancel"), { detail: 2 });
    expect(phone.end).not.toHaveBeenCalled();
  });

  it("lead to the microphone's field when it is silent", () => {
    show(card, { call: call({ quality: "silent-microphone" }) });
    fireEvent.click(inCard().getByText("Change microphone"));
    expect(document.activeElement).toBe(inCard().getByLabelText("Microphone"));
  });
});

describe("the focus", () => {
  const focused = () => document.activeElement?.textContent;

  it("stays on the matching control from call to call", () => {
    const { change } = show(card);
    inCard().getByRole("button", { name: "Call patient" }).focus();
    for (const [state, label] of [
      [{ call: call({ phase: "preparing" }) }, "Cancel"],
      [{ call: call({ phase: "ringing" }) }, "Cancel"],
      [{ call: call() }, "Mute"],
      [{ call: call({ muted: true }) }, "Unmute"],
      [{ call: call({ phase: "reconnecting" }) }, "Mute"],
      [{ call: call({ ...ended, outcome: "completed" }) }, "Call again"],
      [{ call: call({ phase: "preparing" }) }, "Cancel"],
      [{ call: null, ...troubled("microphone-denied") }, "Check again"],
      [{ trouble: null, microphone: "ok" as const }, "Call patient"],
    ] as const) {
      change(state);
      expect(focused()).toBe(label);
    }
  });

  it.each(["Keypad", "End call"])("goes from %s to Call again", (from) => {
    const { change } = show(card, { call: call() });
    inCard().getByRole("button", { name: from }).focus();
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(focused()).toBe("Call again");
  });

  it("goes from the keypad's keys to Call again", () => {
    const { change } = show(card, { call: call() });
    fireEvent.click(inCard().getByText("Keypad"));
    expect(document.activeElement?.getAttribute("aria-label")).toBe("1");
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(focused()).toBe("Call again");
  });

  it("goes to the words when nothing can be pressed", () => {
    const { change } = show(card);
    inCard().getByRole("button", { name: "Call patient" }).focus();
    change({ elsewhere: true });
    expect(document.activeElement?.getAttribute("data-state")).toBe("elsewhere");
  });

  it("is not taken from elsewhere on the page", () => {
    const { change } = show(
      <>
        <input aria-label="Notes" />
        {card}
      </>,
      { call: call() },
    );
    screen.getByLabelText("Notes").focus();
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(document.activeElement).toBe(screen.getByLabelText("Notes"));
    screen.getByLabelText("Notes").blur();
    change({ call: call() });
    expect(document.activeElement).toBe(document.body);
  });
});

describe("the shortcuts", () => {
  const press = (key: string, on = inCard().getByRole("button", { name: "End call" }), more = {}) =>
    fireEvent.keyDown(on, { key, ...more });

  it("act in the card during a call", () => {
    const { phone } = show(card, { call: call() });
    press("m");
    expect(phone.setMuted).toHaveBeenCalledWith(true);
    press("K");
    expect(inCard().getByRole("group", { name: "Keypad" })).toBeTruthy();
    press("k", inCard().getByRole("button", { name: "5" }));
    expect(inCard().queryByRole("group", { name: "Keypad" })).toBeNull();
    expect(document.activeElement?.textContent).toBe("Keypad");
  });

  it("do nothing elsewhere, with other keys held, or in a field", () => {
    const { phone } = show(card, { call: call() });
    press("m", document.body);
    press("m", undefined, { ctrlKey: true });
    press("m", inCard().getByLabelText("Microphone"));
    expect(phone.setMuted).not.toHaveBeenCalled();
  });

  it("do nothing without a call", () => {
    const { phone } = show(card);
    press("m", inCard().getByRole("button", { name: "Call patient" }));
    expect(phone.setMuted).not.toHaveBeenCalled();
  });

  it("are listed, and can be turned off for good", () => {
    const { phone, unmount } = show(card, { call: call() });
    const help = inCard().getByRole("button", { name: "Keyboard shortcuts" });
    expect(help.getAttribute("aria-expanded")).toBe("false");
    fireEvent.click(help);
    expect(help.getAttribute("aria-expanded")).toBe("true");
    expect(inCard().getByText("Mute or unmute")).toBeTruthy();
    fireEvent.click(inCard().getByRole("switch"));
    press("m");
    expect(phone.setMuted).not.toHaveBeenCalled();
    unmount();
    const again = show(card, { call: call() });
    press("m");
    expect(again.phone.setMuted).not.toHaveBeenCalled();
  });

  it("let no held key press what comes next", () => {
    show(card);
    const button = inCard().getByRole("button", { name: "Call patient" });
    expect(fireEvent.keyDown(button, { key: "Enter" })).toBe(true);
    expect(fireEvent.keyDown(button, { key: "Enter", repeat: true })).toBe(false);
  });
});

describe("what hindered a call", () => {
  const two = (
    <>
      <CallCard choices={[margaret]} target={margaret} appointment={{ id: "a1" }} />
      <CallCard choices={[john]} target={john} appointment={{ id: "a2" }} />
    </>
  );
  const headings = () => screen.getAllByTestId("call-card").map((one) => one.querySelector("h2")?.textContent);

  it.each<[TroubleKind, string]>([
    ["token", "Not ready to call"],
    ["placing", "The call was not placed"],
    ["loading", "The call was not placed"],
    ["elsewhere", "You are in a call in another tab"],
  ])("is shown where it was, not on another patient's card: %s", (kind, heading) => {
    show(two, { trouble: trouble(kind, margaret) });
    expect(headings()).toEqual([heading, "Ready to call"]);
  });

  it("is shown on every card when it would hinder every call", () => {
    show(two, troubled("microphone-missing"));
    expect(headings()).toEqual(["No microphone found", "No microphone found"]);
  });
});
