// Makes the call: microphone, token, Device, and then the SDK's and the server's
// words, in whatever order they come. At every wait it may be called off.
import { say } from "../words";
import { type Attempt, clearTimers, dismiss, drop, later, newAttempt, paramsOf, patience } from "./attempt";
import type { Clock } from "./clock";
import { createCourse } from "./course";
import { createEnds } from "./ends";
import { type Handset, NotPlaced } from "./handset";
import { sendKey } from "./keys";
import { followLeg, silenceLeg } from "./leg";
import type { Microphone } from "./microphone";
import { isMicrophoneError, type SdkAudio, type SdkCall, type SdkError } from "./sdk";
import type { CallState, Softphone, Target, Trouble } from "./state";
import type { Tabs } from "./tabs";
import type { Tokens } from "./tokens";
import { asksFirst, type LegEvent } from "./transitions";
import { tokenTrouble, trouble } from "./troubles";

export interface CallerDeps {
  handset: Handset;
  tokens: Tokens;
  endCall(key: string, signal: AbortSignal): Promise<void>;
  offline(): boolean;
  /** Somebody else's call is joined, or rings: there is one call at a time. */
  busy(): boolean;
  clock: Clock;
  microphone: Microphone;
  tabs: Tabs;
  changed(): void;
  volume(input: number, output: number): void;
  /** The call has sound: it is to be heard where the person chose. */
  audible(audio: SdkAudio | null): void;
}

type Placing = "call" | "confirm" | "again" | "rejoin";
type Acts = Placing | "end" | "stay" | "setMuted" | "press" | "clear" | "serverSays" | "roomSays";

export interface Caller extends Pick<Softphone, Acts> {
  current(): { call: CallState | null; trouble: Trouble | null };
  live(): boolean;
  show(trouble: Trouble | null): void;
  audio(): SdkAudio | null;
  /** The gateway does not like the token. */
  tokenRefused(): void;
  /** Another tab's call may have ended: what it hindered is free. */
  tabsChanged(): void;
  close(): void;
}

export function createCaller(deps: CallerDeps): Caller {
  const { clock, microphone, tabs, handset, tokens } = deps;
  let shown: Trouble | null = null;
  let attempt: Attempt | null = null;
  let lastTarget: Target | null = null;
  let starting = false;

  const course = createCourse({ clock, changed: deps.changed, ended: legOver });
  const { live } = course;
  const ends = createEnds({ ...deps, course, handset });

  function show(next: Trouble | null): void {
    shown = next;
    deps.changed();
  }

  function tell(event: LegEvent): void {
    if (attempt) course.take({ ...event, attempt: attempt.number });
  }

  /** The call is over for the person: what it held is given back. */
  function legOver(): void {
    const line = course.line();
    tokens.watch(false);
    tabs.release();
    deps.volume(0, 0);
    const ended = attempt;
    if (!ended) return;
    ended.over = true;
    clearTimers(ended, clock);
    const rest = () => {
      handset.hangUp(ended.call);
      handset.giveBackMicrophone();
      microphone.lend(false);
    };
    // A refusal is read out to the browser too: the screen says the same, at once. A leg without a SID hears nothing.
    const hears = line.told && line.call?.outcome !== "refused" && ended.call?.parameters.CallSid;
    if (hears) later(ended, clock, patience.leg, rest);
    else rest();
    if (!line.call || line.call.outcome) return;
    later(ended, clock, patience.word, () => course.take({ type: "silence", attempt: ended.number, at: clock.now() }));
  }

  async function call(target: Target, how: { confirmed: boolean; join?: string }): Promise<void> {
    if (starting || live() || deps.busy()) return;
    lastTarget = target;
    if (asksFirst(target) && !how.confirmed) {
      shown = null;
      return course.take({ type: "ask", target, at: clock.now() });
    }
    starting = true;
    const taken = await tabs.take();
    starting = false;
    if (!taken) return show(trouble("elsewhere", target));
    dismiss(attempt, clock, handset); // a leg that outlived its call
    const mine = newAttempt((attempt?.number ?? 0) + 1, target, how);
    attempt = mine;
    shown = null;
    course.take({ type: "place", attempt: mine.number, target, join: how.join, at: clock.now() });
    await prepare(mine);
  }

  async function prepare(mine: Attempt): Promise<void> {
    const blocked = await microphone.check();
    if (mine.over) return;
    if (blocked) return giveUp(mine, { ...blocked, target: mine.target });
    microphone.lend(true);
    await place(mine);
  }

  async function place(mine: Attempt): Promise<void> {
    let token: string;
    try {
      token = await tokens.get();
    } catch (error) {
      return giveUp(mine, tokenTrouble(error, mine.target));
    }
    if (mine.over) return;
    tokens.watch(true);
    const placing = { params: paramsOf(mine), microphone: microphone.getState().chosen };
    try {
      mine.call = await handset.place(token, placing);
    } catch (error) {
      if (mine.over) return;
      const why = error instanceof NotPlaced ? error.why : "placing";
      if (why === "token") return await placeAgain(mine);
      return giveUp(mine, trouble(why === "loading" ? why : "placing", mine.target));
    }
    if (mine.over) return drop(mine, handset);
    follow(mine, mine.call);
  }

  /** With a new token, once. */
  async function placeAgain(mine: Attempt): Promise<void> {
    if (mine.renewed) return giveUp(mine, trouble("token", mine.target));
    mine.renewed = true;
    tokens.forget();
    await place(mine);
  }

  function follow(mine: Attempt, sdkCall: SdkCall): void {
    mine.unfollow = followLeg(sdkCall, {
      clock,
      tell(event) {
        if (event.type === "ringing" || event.type === "accepted") {
          clearTimers(mine, clock);
          deps.audible(handset.audio());
        }
        course.take({ ...event, attempt: mine.number });
      },
      died: () => died(mine),
      failed: (error) => void failed(mine, error),
      volume: (input, output) => mine.over || deps.volume(input, output),
    });
    later(mine, clock, patience.ring, () => giveUp(mine, trouble("placing", mine.target)));
    tell({ type: "placed", at: clock.now() });
  }

  /** The SDK left the call dead: only a new Device helps, and only the server knows how the call ends. */
  function died(mine: Attempt): void {
    if (mine.call) silenceLeg(mine.call);
    handset.destroy();
    const reason = say("calling:ended.connectionLostRetry");
    course.take({ type: "closed", attempt: mine.number, reason, at: clock.now() });
    if (!mine.join) ends.ask(mine); // the phone would ring on, and nobody be there
  }

  async function failed(mine: Attempt, error: SdkError): Promise<void> {
    const { call, ending } = course.line();
    if (!isMicrophoneError(error) || ending || call?.answeredAt !== undefined) return;
    // It worked just now, so another program has it, unless the check finds more.
    shown = trouble(error.code === 31401 ? "microphone-denied" : "microphone-in-use", mine.target);
    course.take({ type: "abandoned", attempt: mine.number, at: clock.now() });
    const found = await microphone.check(true);
    if (found && attempt === mine && shown) show({ ...found, target: mine.target });
  }

  async function tokenRefused(): Promise<void> {
    const mine = attempt;
    if (!mine || mine.over) return tokens.forget(); // the next call asks for a new one
    if (course.line().call?.phase !== "preparing") return tokens.renew();
    if (!mine.call) return tokens.forget(); // an older Device says so, before this attempt got to it
    clearTimers(mine, clock);
    drop(mine, handset);
    handset.destroy();
    await placeAgain(mine);
  }

  function giveUp(mine: Attempt, why: Trouble): void {
    if (mine.over) return;
    shown = why;
    course.take({ type: "abandoned", attempt: mine.number, at: clock.now() });
    drop(mine, handset);
  }

  return {
    current: () => ({ call: course.line().call, trouble: shown }),
    live,
    show,
    call: (target) => call(target, { confirmed: false }),
    rejoin: (target, join) => call(target, { confirmed: true, join }),
    async confirm() {
      const asked = course.line().call;
      if (asked?.phase === "asking") await call(asked.target, { confirmed: true });
    },
    again: async () => (lastTarget ? call(lastTarget, { confirmed: false }) : undefined),
    end: (how) => attempt && live() && ends.end(attempt, how),
    stay: () => tell({ type: "staying", at: clock.now() }),
    setMuted: (muted) => live() && attempt?.call?.mute(muted),
    press(digit) {
      const phase = course.line().call?.phase;
      if (!/^[0-9*#]$/.test(digit) || (phase !== "connected" && phase !== "reconnecting")) return;
      if (attempt) sendKey(attempt, clock, digit);
      tell({ type: "digit", digit, at: clock.now() });
    },
    clear() {
      shown = null;
      course.take({ type: "clear", at: clock.now() });
      deps.changed();
    },
    serverSays: course.serverSays,
    roomSays: course.roomSays,
    audio: () => handset.audio(),
    tokenRefused: () => void tokenRefused(),
    tabsChanged() {
      if (shown?.kind === "elsewhere" && !tabs.elsewhere()) shown = null;
      deps.changed();
    },
    close() {
      course.close();
      dismiss(attempt, clock, handset);
    },
  };
}
