import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Services } from "../services";
import { CallDock } from "./CallDock";
import { call, daughter, margaret, noon, ringing, show, troubled } from "./playing";
import type { SoftphoneState, Target, TroubleKind } from "./state";
import { trouble } from "./troubles";

const page = (
  <>
    <CallDock />
    <main id="main" tabIndex={-1} />
    <button type="button">Call from the page</button>
  </>
);

const inDock = () => within(screen.getByTestId("call-dock"));
const status = () => screen.getByTestId("call-status").textContent;
const alert = () => screen.getByTestId("call-alert").textContent;
const timer = () => inDock().queryByRole("timer")?.textContent ?? null;

/** The call's own buttons, in order; the one of the devices is always there. */
function controls(): string[] {
  const all = [...screen.getByTestId("call-dock").querySelectorAll("[data-control]")];
  return all.map((one) => one.textContent ?? "").filter((one) => one !== "Devices");
}

beforeEach(() => {
  vi.useFakeTimers({ now: noon + 272_000 });
  localStorage.clear();
  sessionStorage.clear();
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
    note: "Ringing Margaret Ellis’s phone",
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
    heading: "We can’t hear you",
    note: "Check that your headset is on and not muted.",
    controls: ["Mute", "Keypad", "End call", "Change microphone"],
    timer: "04:32",
    status: "We can’t hear you. Check that your headset is on and not muted.",
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
    controls: ["Close", "Call again"],
    timer: "06:03",
    status: "Call ended after 6 minutes 3 seconds",
  },
  "ended by the other side": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "them", seconds: 363 }) },
    heading: "Call ended",
    note: "Ended by Margaret Ellis at 09:18",
    controls: ["Close", "Call again"],
    timer: "06:03",
    status: "Call ended after 6 minutes 3 seconds",
  },
  "ended, nobody knows how": {
    state: { call: unanswered },
    heading: "Call ended",
    note: "Finding out how it ended…",
    controls: ["Close", "Call again"],
    status: "Call ended",
  },
  busy: {
    state: { call: { ...unanswered, outcome: "busy" } },
    heading: "Line busy",
    note: "Margaret Ellis may be on another call.",
    controls: ["Close", "Try again"],
    status: "Line busy",
  },
  "no answer": {
    state: { call: { ...unanswered, outcome: "no-answer" } },
    heading: "No answer",
    note: "It rang for 30 seconds.",
    controls: ["Close", "Try again"],
    status: "No answer",
  },
  failed: {
    state: { call: { ...unanswered, outcome: "failed" } },
    heading: "The call did not go through",
    note: "The number may be wrong or out of use.",
    controls: ["Close", "Try again"],
    status: "",
    alert: "The call did not go through. ",
  },
  cancelled: {
    state: { call: { ...unanswered, outcome: "cancelled", endedBy: "you" } },
    heading: "Call cancelled",
    note: "You ended the call before it was answered.",
    controls: ["Close", "Call again"],
    status: "Call cancelled",
  },
  refused: {
    state: { call: { ...unanswered, outcome: "refused", reason: "This number is not in the patient's record." } },
    heading: "The call was not placed",
    note: "This number is not in the patient's record.",
    controls: ["Close", "Try again"],
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
    note: "We can’t hear you. Check that your headset is on and not muted.",
    controls: ["Mute", "Keypad", "End call", "Change microphone"],
    timer: "04:32",
  },
  "left for voicemail": {
    state: { call: call({ ...ended, outcome: "completed", endedBy: "you", seconds: 12, answeredBy: "machine_start" }) },
    heading: "Left for voicemail",
    note: "Ended by you at 09:18",
    controls: ["Close", "Call again"],
    timer: "00:12",
    status: "Left for voicemail. Call ended after 12 seconds",
  },
  declined: {
    state: { call: { ...unanswered, outcome: "busy", declined: true } },
    heading: "Call declined",
    note: "The phone rang, and the call was declined.",
    controls: ["Close", "Try again"],
    status: "Call declined",
  },
  elsewhere: {
    state: { elsewhere: true },
    heading: "You are in a call in another tab",
    note: "End that call before you start one here.",
    controls: [],
    status: "You are in a call in another tab",
  },
};

describe("the dock", () => {
  it.each(Object.entries(rows))("%s", (_, row) => {
    show(page, row.state);
    expect(inDock().getByRole("heading").textContent).toBe(row.heading);
    expect(inDock().getByText(row.note)).toBeTruthy();
    expect(controls()).toEqual(row.controls);
    expect(timer()).toBe(row.timer ?? null);
    if (row.status !== undefined) expect(status()).toBe(row.status);
    expect(alert()).toContain(row.alert ?? "");
    if (!row.alert) expect(alert()).toBe("");
    // Never by colour alone.
    expect(screen.getByTestId("call-dock").querySelector("[data-band] svg")).toBeTruthy();
  });

  it.each<[TroubleKind, string, string[]]>([
    ["token", "Not ready to call", ["Close", "Try again"]],
    ["placing", "The call was not placed", ["Close", "Try again"]],
    ["microphone-denied", "Microphone blocked", ["Close", "Check again"]],
    ["microphone-dismissed", "Microphone not allowed yet", ["Close", "Check again"]],
    ["microphone-missing", "No microphone found", ["Close", "Check again"]],
    ["microphone-in-use", "Microphone in use", ["Close", "Check again"]],
    ["microphone-blocked-by-system", "Microphone blocked by this computer", ["Close", "Check again"]],
    ["insecure-page", "This page is not secure", ["Close"]],
    ["unsupported-browser", "This browser cannot make calls", ["Close"]],
  ])("trouble: %s", (kind, heading, buttons) => {
    const state = troubled(kind, margaret);
    show(page, state);
    expect(inDock().getByRole("heading").textContent).toBe(heading);
    expect(inDock().getByRole("link", { name: "Margaret Ellis" })).toBeTruthy();
    expect(inDock().getByText(state.trouble?.sentence ?? "")).toBeTruthy();
    expect(controls()).toEqual(buttons);
    expect(alert()).toBe(`${heading}. ${state.trouble?.sentence}`);
    expect(status()).toBe("");
  });

  it("is there only while there is something to tell", () => {
    const { change } = show(page);
    expect(screen.queryByTestId("call-dock")).toBeNull();
    change({ call: call() });
    expect(screen.getByRole("region", { name: "Call" })).toBeTruthy();
    change({ call: null });
    expect(screen.queryByTestId("call-dock")).toBeNull();
  });

  it("is one, with one timer, one Mute and one End call", () => {
    show(page, { call: call() });
    expect(screen.getAllByRole("timer")).toHaveLength(1);
    for (const name of ["Mute", "End call"]) expect(screen.getAllByRole("button", { name })).toHaveLength(1);
  });

  it("has one region for the state, there from the start and without the timer", () => {
    const { change } = show(page);
    const region = screen.getByRole("status");
    change({ call: call() });
    expect(screen.getAllByRole("status")).toEqual([region]);
    expect(region.textContent).toBe("Connected");
    vi.advanceTimersByTime(5_000);
    expect(region.textContent).toBe("Connected");
    expect(inDock().getByRole("timer").getAttribute("aria-live")).toBe("off");
  });

  it("tells the time as it goes by", () => {
    vi.setSystemTime(noon + 272_500);
    show(page, { call: call() });
    expect(timer()).toBe("04:32");
    act(() => void vi.advanceTimersByTime(500));
    expect(timer()).toBe("04:33");
    act(() => void vi.advanceTimersByTime(3_600_000));
    expect(timer()).toBe("1:04:33");
  });

  it("tells whom the call goes to, and leads to the appointment", () => {
    const { place } = show(page, { call: call() });
    expect(inDock().getByText("number ending 0142")).toBeTruthy();
    fireEvent.click(inDock().getByRole("link", { name: "Margaret Ellis" }));
    expect(place.history.at(-1)).toBe("/appointments/a1");
  });

  it("shows trouble beside a live call, and the call goes on", () => {
    const { trouble } = troubled("microphone-missing");
    show(page, { call: call(), ...(trouble ? { trouble } : {}) });
    expect(inDock().getByRole("heading").textContent).toBe("Connected");
    expect(inDock().getByText(trouble?.sentence ?? "")).toBeTruthy();
    expect(controls()).toEqual(live);
    expect(alert()).toBe(trouble?.sentence);
  });

  it("keeps an ended call while another tab is in one", () => {
    show(page, { call: call({ ...ended, outcome: "completed" }), elsewhere: true });
    expect(inDock().getByRole("heading").textContent).toBe("Call ended");
    expect(inDock().getByText("You are in a call in another tab.")).toBeTruthy();
  });

  it("has the reference of a failed call to copy, outside of the sentence", () => {
    show(page, { call: { ...unanswered, outcome: "failed" } });
    expect(inDock().getByText("CA00000000000000000000000000000001").tagName).toBe("CODE");
    expect(inDock().getByRole("button", { name: "Copy: Reference" })).toBeTruthy();
  });

  it("does not offer to try again what cannot succeed", () => {
    const refused = { ...unanswered, outcome: "refused" as const, reason: "This number is abroad." };
    const { change } = show(page, { call: { ...refused, refusal: "country-not-allowed" } });
    expect(inDock().getByText("This number is abroad.")).toBeTruthy();
    expect(controls()).toEqual(["Close"]);
    change({ call: { ...refused, refusal: "too-many-calls-at-once" } });
    expect(controls()).toEqual(["Close", "Try again"]);
    change({ call: { ...unanswered, outcome: "failed", sip: 404 } });
    expect(controls()).toEqual(["Close"]);
    change({ call: { ...unanswered, outcome: "failed", sip: 503 } });
    expect(controls()).toEqual(["Close", "Try again"]);
  });

  it("says at once that the computer is offline, and that the other side is there", () => {
    const { change } = show(page, { call: call({ memberStatus: "in-progress" }), offline: true });
    expect(inDock().getByRole("heading").textContent).toBe("You are offline");
    expect(inDock().getByText(/Margaret Ellis is still on the line\./)).toBeTruthy();
    expect(status()).toMatch(/^You are offline\. /);
    expect(controls(), "one can still end it").toEqual(live);
    change({ call: call({ phase: "ringing" }) });
    expect(controls()).toEqual(["Cancel"]);
    change({ offline: false });
    expect(inDock().getByRole("heading").textContent).toBe("Calling…");
  });

  it("is gone through after a call in the order in which it is drawn: what came of it, then what can be done", () => {
    show(page, { call: call({ ...ended, outcome: "no-answer" }) });
    const names = inDock()
      .getAllByRole("button")
      .map((one) => one.textContent);
    expect(names.indexOf("Save")).toBeGreaterThan(-1);
    expect(names.indexOf("Try again")).toBeGreaterThan(names.indexOf("Save"));
  });

  it("names nobody where it tells of another tab's call", () => {
    show(page, { trouble: trouble("elsewhere", margaret) });
    expect(inDock().getByRole("heading").textContent).toBe("You are in a call in another tab");
    expect(inDock().queryByRole("link")).toBeNull();
  });
});

describe("whoever is called", () => {
  /** Without what is asked after a call, which is about the patient whoever was called. */
  const seen = () => {
    const after = inDock().queryByRole("region", { name: "After the call" })?.textContent ?? "";
    return `${screen.getByTestId("call-dock").textContent?.replace(after, "")} ${status()} ${alert()}`;
  };

  it.each<[string, Partial<SoftphoneState>, string]>([
    ["ringing", { call: call({ target: daughter, phase: "ringing" }) }, "Ringing Anna Ellis’s phone"],
    ["ringing, announced", { call: call({ target: daughter, phase: "ringing" }) }, "Calling Anna Ellis (daughter)"],
    ["muted", { call: call({ target: daughter, muted: true }) }, "Anna Ellis cannot hear you"],
    ["weak", { call: call({ target: daughter, quality: "weak" }) }, "Anna Ellis may hear gaps."],
    ["at the line", { call: call({ target: daughter }) }, "Anna Ellis (daughter)number ending 0318"],
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
    show(page, state);
    expect(seen()).toContain(words);
    expect(seen()).not.toMatch(/patient|Margaret/i);
  });

  it("is asked for by their extension", () => {
    const extension = { ...margaret, extension: "123" };
    const { change } = show(page, { call: call({ target: extension, phase: "ringing" }) });
    expect(seen()).toContain("number ending 0142, extension 123");
    expect(inDock().getByText("Ringing Margaret Ellis’s phone. Ask for extension 123.")).toBeTruthy();
    expect(status()).toBe("Calling Margaret Ellis. Ask for extension 123.");
    change({ call: call({ target: extension }) });
    expect(inDock().getByText("Connection good. Ask for extension 123.")).toBeTruthy();
  });
});

describe("what is asked before a call", () => {
  const asked = (doubts: Target["doubts"], target = margaret) => {
    const one: Target = { ...target, ...(doubts ? { doubts } : {}) };
    return { ...show(page, { call: call({ phase: "asking", target: one }) }), one };
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
    expect(inDock().getByRole("heading").textContent).toBe(heading);
    expect(inDock().getByText(note)).toBeTruthy();
    expect(controls()).toEqual(["Do not call", yes]);
    expect(status()).toBe(`${heading}. ${note}`);
    expect(timer()).toBeNull();
    expect(screen.getByTestId("call-dock").getAttribute("data-tone")).toBe("warning");
  });

  it("is answered by a press", () => {
    const { phone } = asked(["deceased"]);
    fireEvent.click(inDock().getByText("Call the household"), { detail: 2 });
    expect(phone.confirm, "the second press of the double click on Call").not.toHaveBeenCalled();
    fireEvent.click(inDock().getByText("Call the household"), { detail: 1 });
    expect(phone.confirm).toHaveBeenCalledTimes(1);
    fireEvent.click(inDock().getByText("Do not call"));
    expect(phone.clear).toHaveBeenCalledTimes(1);
  });

  it("is the household that is called then, in every word", () => {
    const one: Target = { ...margaret, doubts: ["deceased"] };
    const { change } = show(page, { call: call({ phase: "ringing", target: one }) });
    expect(inDock().getByText("Ringing the household of Margaret Ellis")).toBeTruthy();
    expect(inDock().getByText("The household of Margaret Ellis")).toBeTruthy();
    expect(status()).toBe("Calling the household of Margaret Ellis");
    change({ call: call({ muted: true, target: one }) });
    expect(inDock().getByText("The household of Margaret Ellis cannot hear you")).toBeTruthy();
    change({ call: call({ ...ended, outcome: "completed", endedBy: "them", target: one }) });
    expect(inDock().getByText("Ended by the household of Margaret Ellis at 09:18")).toBeTruthy();
  });
});

describe("the controls", () => {
  it("do what they say", () => {
    const { phone, change } = show(page, { call: call({ phase: "ringing" }) });
    fireEvent.click(inDock().getByText("Cancel"));
    expect(phone.end).toHaveBeenCalledTimes(1);
    change({ call: call() });
    fireEvent.click(inDock().getByText("Mute"));
    expect(phone.setMuted).toHaveBeenLastCalledWith(true);
    change({ call: call({ muted: true }) });
    fireEvent.click(inDock().getByText("Unmute"));
    expect(phone.setMuted).toHaveBeenLastCalledWith(false);
    fireEvent.click(inDock().getByText("End call"));
    expect(phone.end).toHaveBeenCalledTimes(2);
    change({ call: { ...unanswered, outcome: "no-answer" } });
    fireEvent.click(inDock().getByText("Try again"));
    expect(phone.again).toHaveBeenCalledTimes(1);
    fireEvent.click(inDock().getByText("Close"));
    expect(phone.clear).toHaveBeenCalledTimes(1);
    change({ ...troubled("microphone-denied", margaret), call: null });
    fireEvent.click(inDock().getByText("Check again"));
    expect(phone.checkMicrophone).toHaveBeenCalledTimes(1);
  });

  it("change the label of Mute and have no pressed state besides", () => {
    show(page, { call: call({ muted: true }) });
    expect(inDock().getByRole("button", { name: "Unmute" }).hasAttribute("aria-pressed")).toBe(false);
  });

  it("ignore the second press of a double click where another control comes in the same place", () => {
    const { phone, change } = show(page, { call: call({ phase: "preparing" }) });
    fireEvent.click(inDock().getByText("Cancel"), { detail: 2 });
    expect(phone.end).not.toHaveBeenCalled();
    change({ call: call({ ...ended, outcome: "completed" }) });
    fireEvent.click(inDock().getByText("Close"), { detail: 2 });
    expect(phone.clear).not.toHaveBeenCalled();
    fireEvent.click(inDock().getByText("Call again"), { detail: 2 });
    expect(phone.again).not.toHaveBeenCalled();
  });

  it("have one element that cancels, and then ends", () => {
    const { change } = show(page, { call: call({ phase: "ringing" }) });
    const cancel = inDock().getByRole("button", { name: "Cancel" });
    change({ call: call() });
    expect(inDock().getByRole("button", { name: "End call" })).toBe(cancel);
  });

  it("put an ended call away with Escape, and no live one", () => {
    const { phone, change } = show(page, { call: call() });
    fireEvent.keyDown(inDock().getByText("End call"), { key: "Escape" });
    expect(phone.clear).not.toHaveBeenCalled();
    change({ call: call({ ...ended, outcome: "completed" }) });
    fireEvent.keyDown(inDock().getByText("Call again"), { key: "Escape" });
    expect(phone.clear).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(screen.getByText("Call from the page"), { key: "Escape" });
    expect(phone.clear).toHaveBeenCalledTimes(1);
  });
});

describe("the other number", () => {
  const home = { number: "+441614960018", ending: "0018", of: "Patient/p1", use: "home" as const };
  const backend = (phones: object[]) =>
    ({
      backend: {
        appointment: async () => ({
          id: "a1",
          status: "booked",
          patient: { id: "p1", name: "Margaret Ellis" },
          phones,
        }),
      },
    }) as unknown as Partial<Services>;
  const mobile = { number: margaret.number, ending: margaret.ending, of: "Patient/p1" };
  const theirs = { number: daughter.number, ending: daughter.ending, of: daughter.recipient, name: daughter.name };

  it("is offered when a call came to nothing, the same person’s alone", async () => {
    const { phone, change } = show(page, { call: call() }, backend([mobile, home, theirs]));
    change({ call: { ...unanswered, outcome: "no-answer" } });
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(controls()).toEqual(["Close", "Try again", "Call Margaret Ellis’s home number ending 0018"]);
    fireEvent.click(inDock().getByText("Call Margaret Ellis’s home number ending 0018"));
    expect(phone.call).toHaveBeenCalledWith(expect.objectContaining({ number: home.number, recipient: "Patient/p1" }));
  });

  it("is not offered after a conversation, nor where it would be refused", async () => {
    const refusal = { code: "number-type-not-allowed", sentence: "Not this one." };
    const { change } = show(
      page,
      { call: call({ ...ended, outcome: "completed" }) },
      backend([mobile, { ...home, refusal }]),
    );
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(controls()).toEqual(["Close", "Call again"]);
    change({ call: { ...unanswered, outcome: "busy" } });
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(controls()).toEqual(["Close", "Try again"]);
  });
});

describe("the devices in the dock", () => {
  const shown = () => inDock().queryByLabelText("Microphone") !== null;

  it("fold away, and are opened and closed", () => {
    show(page, { call: call() });
    expect(shown()).toBe(false);
    fireEvent.click(inDock().getByText("Devices"));
    expect(inDock().getByRole("button", { name: "Devices" }).getAttribute("aria-expanded")).toBe("true");
    expect(shown()).toBe(true);
    fireEvent.click(inDock().getByText("Devices"));
    expect(shown()).toBe(false);
  });

  it("open by themselves when the microphone is silent, and close by hand", () => {
    const { change } = show(page, { call: call() });
    change({ call: call({ quality: "silent-microphone" }) });
    expect(shown()).toBe(true);
    fireEvent.click(inDock().getByText("Change microphone"));
    expect(document.activeElement).toBe(inDock().getByLabelText("Microphone"));
    fireEvent.click(inDock().getByText("Devices"));
    expect(shown()).toBe(false);
    change({ call: call({ quality: "silent-microphone", muted: true }) });
    expect(shown(), "closed by hand").toBe(false);
  });

  it("open by themselves when a call came to nothing for the microphone, and not for a look at it", () => {
    const { change } = show(page, troubled("microphone-missing", margaret));
    expect(shown()).toBe(true);
    change(troubled("microphone-missing"));
    expect(shown()).toBe(false);
  });
});

describe("the focus", () => {
  const focused = () => document.activeElement;
  const state = () => focused()?.getAttribute("data-state");

  it("goes to the words with each new call and each question, from wherever it was pressed", () => {
    const { change } = show(page);
    screen.getByText("Call from the page").focus();
    change({ call: call({ phase: "asking", startedAt: noon }) });
    expect(state()).toBe("asking");
    change({ call: call({ phase: "preparing", startedAt: noon + 1 }) });
    expect(state()).toBe("preparing");
    change({ call: call({ phase: "ringing", startedAt: noon + 1 }) });
    change({ call: call({ startedAt: noon + 1 }) });
    expect(state(), "no control takes it by itself").toBe("connected");
    change({ call: call({ ...ended, startedAt: noon + 1, outcome: "completed" }) });
    screen.getByText("Call from the page").focus();
    change({ call: call({ phase: "preparing", startedAt: noon + 2 }) });
    expect(state()).toBe("preparing");
  });

  it("stays on Cancel when it becomes End call", () => {
    const { change } = show(page, { call: call({ phase: "ringing" }) });
    inDock().getByRole("button", { name: "Cancel" }).focus();
    change({ call: call() });
    expect(focused()?.textContent).toBe("End call");
  });

  it.each(["Mute", "Keypad", "End call"])("goes from %s to the words, not to what calls again", (from) => {
    const { change } = show(page, { call: call() });
    inDock().getByRole("button", { name: from }).focus();
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(state()).toBe("completed");
  });

  it("goes from the keypad's keys to the words", () => {
    const { change } = show(page, { call: call() });
    fireEvent.click(inDock().getByText("Keypad"));
    expect(focused()?.getAttribute("aria-label")).toBe("1");
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(state()).toBe("completed");
  });

  it("goes to the page's content when the dock goes away", () => {
    const { change } = show(page, { call: call({ ...ended, outcome: "completed" }) });
    inDock().getByRole("button", { name: "Close" }).focus();
    change({ call: null });
    expect(focused()).toBe(screen.getByRole("main"));
  });

  it("is not taken from elsewhere on the page", () => {
    const { change } = show(page, { call: call() });
    screen.getByText("Call from the page").focus();
    change({ call: call({ muted: true }) });
    change({ call: call({ ...ended, outcome: "completed" }) });
    expect(focused()?.textContent).toBe("Call from the page");
    screen.getByText("Call from the page").blur();
    change({ call: null });
    expect(focused()).toBe(document.body);
  });
});

describe("the shortcuts", () => {
  const press = (key: string, on = inDock().getByRole("button", { name: "End call" }), more = {}) =>
    fireEvent.keyDown(on, { key, ...more });

  it("act in the dock during a call", () => {
    const { phone } = show(page, { call: call() });
    press("m");
    expect(phone.setMuted).toHaveBeenCalledWith(true);
    press("K");
    expect(inDock().getByRole("group", { name: "Keypad" })).toBeTruthy();
    press("k", inDock().getByRole("button", { name: "5" }));
    expect(inDock().queryByRole("group", { name: "Keypad" })).toBeNull();
    expect(document.activeElement?.textContent).toBe("Keypad");
  });

  it("do nothing elsewhere, with other keys held, or in a field", () => {
    const { phone } = show(page, { call: call() });
    fireEvent.click(inDock().getByText("Devices"));
    press("m", document.body);
    press("m", undefined, { ctrlKey: true });
    press("m", inDock().getByLabelText("Microphone"));
    expect(phone.setMuted).not.toHaveBeenCalled();
  });

  it("do nothing without a live call", () => {
    const { phone } = show(page, { call: call({ ...ended, outcome: "completed" }) });
    press("m", inDock().getByRole("button", { name: "Call again" }));
    expect(phone.setMuted).not.toHaveBeenCalled();
  });

  it("are listed beside the devices, and can be turned off for good", () => {
    const { phone, unmount } = show(page, { call: call() });
    fireEvent.click(inDock().getByText("Devices"));
    expect(inDock().getByText("Mute or unmute")).toBeTruthy();
    fireEvent.click(inDock().getByRole("switch"));
    press("m");
    expect(phone.setMuted).not.toHaveBeenCalled();
    unmount();
    const again = show(page, { call: call() });
    press("m");
    expect(again.phone.setMuted).not.toHaveBeenCalled();
  });

  it("let no held key press what comes next", () => {
    show(page, { call: call() });
    const button = inDock().getByRole("button", { name: "End call" });
    expect(fireEvent.keyDown(button, { key: "Enter" })).toBe(true);
    expect(fireEvent.keyDown(button, { key: "Enter", repeat: true })).toBe(false);
  });
});
