import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CallCard } from "./CallCard";
import { call, daughter, john, margaret, noon, ringing, show, troubled } from "./playing";
import type { SoftphoneState, Target, TroubleKind } from "./state";
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
    note: "Your microphone works. Margaret Ellis sees the clinic's number.",
    controls: ["Call Margaret Ellis"],
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
    note: "Ringing Margaret Ellis's phone",
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
    note: "Margaret Ellis cannot hear you",
    controls: ["Unmute", "Keypad", "End call"],
    timer: "04:32",
    status: "You are muted",
  },
  weak: {
    state: { call: call({ quality: "weak" }) },
    heading: "Connected, weak connection",
    note: "Margaret Ellis may hear gaps. Move closer to your router or use a cable.",
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
  "reconnecting, the other side there": {
    state: { call: call({ phase: "reconnecting", memberStatus: "in-progress" }) },
    heading: "Reconnecting…",
    note: "Stay on this page. Margaret Ellis is still on the line.",
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
  "ended by the other side": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "them", seconds: 363 }) },
    heading: "Call ended",
    note: "Ended by Margaret Ellis at 09:18",
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
    note: "Margaret Ellis may be on another call.",
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
  "a voicemail": {
    state: { call: call({ answeredBy: "machine_start" }) },
    heading: "Voicemail: leave no clinical detail",
    note: "Connection good",
    controls: live,
    timer: "04:32",
    status: "Voicemail: leave no clinical detail",
  },
  "a voicemail, not heard": {
    state: { call: call({ answeredBy: "machine_end_beep", quality: "silent-microphone" }) },
    heading: "Voicemail: leave no clinical detail",
    note: "We can't hear you. Check that your headset is on and not muted.",
    controls: ["Mute", "Keypad", "Change microphone", "End call"],
    timer: "04:32",
  },
  "left for voicemail": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "you", seconds: 12, answeredBy: "machine_start" }) },
    heading: "Left for voicemail",
    note: "Ended by you at 09:18",
    controls: ["Call again"],
    timer: "00:12",
    status: "Left for voicemail. Call ended after 12 seconds",
  },
  declined: {
    state: { call: { ...unanswered, outcome: "busy", declined: true } },
    heading: "Call declined",
    note: "The phone rang, and the call was declined.",
    controls: ["Try again"],
    status: "Call declined",
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
    heading: "You are in a call for another appointment",
    note: "End that call before you start this one.",
    controls: [],
    status: "Connected",
  },
  "another patient's ended call": {
    state: { call: call({ ...ended, target: john, outcome: "completed", seconds: 363 }) },
    heading: "Ready to call",
    note: "Your microphone works. Margaret Ellis sees the clinic's number.",
    controls: ["Call Margaret Ellis"],
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
    expect(controls()).toEqual(["Call Margaret Ellis"]);
    fireEvent.click(inCard().getByText("Call Margaret Ellis"));
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

describe("whoever is called", () => {
  const theirs = <CallCard choices={[margaret, daughter]} target={daughter} appointment={{ id: "a1" }} />;
  const seen = () => `${screen.getByTestId("call-card").textContent} ${status()} ${alert()}`;

  it.each<[string, Partial<SoftphoneState>, string]>([
    ["ready", {}, "Anna Ellis sees the clinic's number."],
    ["to be called", {}, "Call Anna Ellis (daughter)"],
    ["ringing", { call: call({ target: daughter, phase: "ringing" }) }, "Ringing Anna Ellis's phone"],
    ["ringing, announced", { call: call({ target: daughter, phase: "ringing" }) }, "Calling Anna Ellis (daughter)"],
    ["muted", { call: call({ target: daughter, muted: true }) }, "Anna Ellis cannot hear you"],
    ["weak", { call: call({ target: daughter, quality: "weak" }) }, "Anna Ellis may hear gaps."],
    ["at the line", { call: call({ target: daughter }) }, "Anna Ellis (daughter), number ending 0318"],
    [
      "there",
      { call: call({ target: daughter, phase: "reconnecting", memberStatus: "in-progress" }) },
      "Anna Ellis is still on the line.",
    ],
    [
      "gone",
      { call: call({ ...ended, target: daughter, outcome: "completed", endedBy: "them" }) },
      "Ended by Anna Ellis at 09:18",
    ],
    ["busy", { call: call({ ...ended, target: daughter, outcome: "busy" }) }, "Anna Ellis may be on another call."],
    [
      "not called",
      { call: { ...unanswered, target: daughter, outcome: "refused" } },
      "No call was made to Anna Ellis.",
    ],
  ])("is called by their own name: %s", (_, state, words) => {
    show(theirs, state);
    expect(seen()).toContain(words);
    expect(seen()).not.toMatch(/patient|Margaret/i);
  });

  it("is asked for by their extension", () => {
    const extension = { ...margaret, extension: "123" };
    const one = <CallCard choices={[extension]} target={extension} appointment={{ id: "a1" }} />;
    const { change } = show(one);
    expect(seen()).toContain("number ending 0142, extension 123");
    expect(seen()).toContain("Ask for extension 123.");
    change({ call: call({ target: extension, phase: "ringing" }) });
    expect(inCard().getByText("Ringing Margaret Ellis's phone. Ask for extension 123.")).toBeTruthy();
    expect(status()).toBe("Calling Margaret Ellis. Ask for extension 123.");
    change({ call: call({ target: extension }) });
    expect(inCard().getByText("Connection good. Ask for extension 123.")).toBeTruthy();
  });

  it("is one of several patients only when somebody says which", () => {
    show(<CallCard choices={[margaret, { ...john, appointment: "a1" }]} target={null} appointment={{ id: "a1" }} />);
    expect(inCard().getByText("Several patients take part.")).toBeTruthy();
  });

  it("is another one with the same number", () => {
    const same = { ...daughter, number: margaret.number, ending: margaret.ending };
    const over = { call: { ...unanswered, outcome: "no-answer" as const } };
    const { phone } = show(<CallCard choices={[margaret, same]} target={same} appointment={{ id: "a1" }} />, over);
    fireEvent.click(inCard().getByText("Call Anna Ellis (daughter)"));
    expect(phone.call).toHaveBeenCalledWith(same);
  });
});

describe("what is asked before a call", () => {
  const asked = (doubts: Target["doubts"], target = margaret) => {
    const one: Target = { ...target, ...(doubts ? { doubts } : {}) };
    return {
      ...show(<CallCard choices={[one]} target={one} appointment={{ id: "a1" }} />, {
        call: call({ phase: "asking", target: one }),
      }),
      one,
    };
  };

  it.each<[Target["doubts"], Target, string, string, string]>([
    [["deceased"], margaret, "The record says Margaret Ellis has died", "Call the household?", "Call the household"],
    [
      ["deceased", "cancelled"],
      margaret,
      "The record says Margaret Ellis has died",
      "This appointment was cancelled. Call the household?",
      "Call the household",
    ],
    [
      ["cancelled"],
      daughter,
      "This appointment was cancelled",
      "Call Anna Ellis (daughter) all the same?",
      "Call all the same",
    ],
    [["missed"], margaret, "This appointment was missed", "Call Margaret Ellis all the same?", "Call all the same"],
    [
      ["mistake"],
      margaret,
      "This appointment was entered by mistake",
      "Call Margaret Ellis all the same?",
      "Call all the same",
    ],
  ])("%s", (doubts, target, heading, note, yes) => {
    asked(doubts, target);
    expect(inCard().getByRole("heading").textContent).toBe(heading);
    expect(inCard().getByText(note)).toBeTruthy();
    expect(controls()).toEqual([yes, "Do not call"]);
    expect(status()).toBe(`${heading}. ${note}`);
    expect(timer()).toBeNull();
    expect(screen.getByTestId("call-card").querySelector("[data-band]")?.getAttribute("data-tone")).toBe("warning");
  });

  it("is answered by a press; the focus is on no", () => {
    const { phone, change, one } = asked(["deceased"]);
    fireEvent.click(inCard().getByText("Call the household"), { detail: 2 });
    expect(phone.confirm, "the second press of the double click on Call").not.toHaveBeenCalled();
    fireEvent.click(inCard().getByText("Call the household"), { detail: 1 });
    expect(phone.confirm).toHaveBeenCalledTimes(1);
    fireEvent.click(inCard().getByText("Do not call"));
    expect(phone.clear).toHaveBeenCalledTimes(1);
    change({ call: null });
    inCard().getByRole("button", { name: "Call the household of Margaret Ellis" }).focus();
    change({ call: call({ phase: "asking", target: one }) });
    expect(document.activeElement?.textContent).toBe("Do not call");
  });

  it("is said before, of somebody who has died", () => {
    const one: Target = { ...margaret, doubts: ["deceased"] };
    show(<CallCard choices={[one]} target={one} appointment={{ id: "a1" }} />);
    expect(inCard().getByText("The record says Margaret Ellis has died.")).toBeTruthy();
  });

  it("is the household that is called then, in every word", () => {
    const one: Target = { ...margaret, doubts: ["deceased"] };
    const { change } = show(<CallCard choices={[one]} target={one} appointment={{ id: "a1" }} />);
    expect(controls()).toEqual(["Call the household of Margaret Ellis"]);
    change({ call: call({ phase: "ringing", target: one }) });
    expect(inCard().getByText("Ringing the household of Margaret Ellis")).toBeTruthy();
    expect(inCard().getByText("The household of Margaret Ellis, number ending 0142")).toBeTruthy();
    expect(status()).toBe("Calling the household of Margaret Ellis");
    change({ call: call({ muted: true, target: one }) });
    expect(inCard().getByText("The household of Margaret Ellis cannot hear you")).toBeTruthy();
    change({ call: call({ ...ended, outcome: "completed", endedBy: "them", target: one }) });
    expect(inCard().getByText("Ended by the household of Margaret Ellis at 09:18")).toBeTruthy();
  });

  it("is not asked on the card of another number, or of another appointment", () => {
    const state = { call: call({ phase: "asking" as const, target: { ...margaret, doubts: ["deceased"] as const } }) };
    const both = [margaret, daughter];
    show(<CallCard choices={both} target={daughter} appointment={{ id: "a1" }} />, state);
    expect(controls()).toEqual(["Call Anna Ellis (daughter)"]);
    cleanup();
    show(<CallCard choices={[john]} target={john} appointment={{ id: "a2" }} />, state);
    expect(controls()).toEqual(["Call John Adeyemi"]);
  });
});

describe("the controls", () => {
  it("do what they say", () => {
    const { phone, change } = show(card);
    fireEvent.click(inCard().getByText("Call Margaret Ellis"));
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
    fireEvent.click(inCard().getByText("Call Margaret Ellis"), { detail: 1 });
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
    inCard().getByRole("button", { name: "Call Margaret Ellis" }).focus();
    for (const [state, label] of [
      [{ call: call({ phase: "preparing" }) }, "Cancel"],
      [{ call: call({ phase: "ringing" }) }, "Cancel"],
      [{ call: call() }, "Mute"],
      [{ call: call({ muted: true }) }, "Unmute"],
      [{ call: call({ phase: "reconnecting" }) }, "Mute"],
      [{ call: call({ ...ended, outcome: "completed" }) }, "Call again"],
      [{ call: call({ phase: "preparing" }) }, "Cancel"],
      [{ call: null, ...troubled("microphone-denied") }, "Check again"],
      [{ trouble: null, microphone: "ok" as const }, "Call Margaret Ellis"],
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
    inCard().getByRole("button", { name: "Call Margaret Ellis" }).focus();
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
    press("m", inCard().getByRole("button", { name: "Call Margaret Ellis" }));
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
    const button = inCard().getByRole("button", { name: "Call Margaret Ellis" });
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
