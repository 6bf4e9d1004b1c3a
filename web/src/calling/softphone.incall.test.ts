import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Bench, bench, settled } from "./bench";
import { type FakeCall, jwt, target } from "./fakes";

let b: Bench;
let leg: FakeCall;
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const call = () => {
  const { call } = b.phone.getState();
  if (!call) throw new Error("no call");
  return call;
};

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.parse("2027-05-03T09:12:00Z") });
  b = bench();
  leg = await b.placed();
  leg.ring();
});
afterEach(() => {
  b.phone.close();
  expect(vi.getTimerCount(), "timers left behind").toBe(0);
  vi.useRealTimers();
});

describe("the token in a call", () => {
  it("is renewed by our own timer, five minutes before its end", async () => {
    leg.answer();
    await pass(55 * 60_000 - 2_000);
    expect(b.fetchToken).toHaveBeenCalledTimes(1);
    await pass(4_000);
    expect(b.device().tokens).toHaveLength(2);
    await pass(55 * 60_000);
    expect(b.device().tokens).toHaveLength(3);
    expect(call().phase).toBe("connected");
  });

  it("is tried for until it is had, ever more slowly", async () => {
    leg.answer();
    b.fetchToken.mockRejectedValue(new Error("down"));
    await pass(55 * 60_000);
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
    await pass(1_000 + 2_000 + 4_000);
    expect(b.fetchToken).toHaveBeenCalledTimes(5);
    await pass(3_000);
    expect(b.fetchToken).toHaveBeenCalledTimes(5);
    expect(b.phone.getState().trouble).toBeNull();
    b.fetchToken.mockImplementation(async () => jwt(3600, 9));
    await pass(30_000);
    expect(b.device().tokens).toHaveLength(2);
    b.device().emit("tokenWillExpire", b.device());
    await settled();
    expect(b.device().tokens, "it is well again: a warning is heeded at once").toHaveLength(3);
  });

  it("is renewed when the SDK warns", async () => {
    leg.answer();
    b.device().emit("tokenWillExpire", b.device());
    await settled();
    expect(b.device().tokens).toHaveLength(2);
  });

  it("is left alone while nobody calls, and fresh for the next call", async () => {
    leg.over();
    b.device().emit("tokenWillExpire", b.device());
    await pass(3 * 3600_000);
    expect(b.fetchToken).toHaveBeenCalledTimes(1);
    await b.placed();
    expect(b.fetchToken).toHaveBeenCalledTimes(2);
    expect(b.device().tokens).toHaveLength(2);
    expect(b.devices).toHaveLength(1);
  });
});

describe("a connection that is lost", () => {
  it("comes back, and the timer ran on", async () => {
    leg.answer();
    const since = call().answeredAt;
    leg.socketLost();
    expect(call().phase).toBe("reconnecting");
    await pass(20_000);
    leg.back();
    expect(call()).toMatchObject({ phase: "connected", answeredAt: since });
    await pass(10_000);
    expect(call().phase).toBe("connected");
  });

  it("leaves a dead call while it rings: it is ended, and its Device and microphone are freed", async () => {
    leg.socketLost();
    await settled();
    expect(call()).toMatchObject({ phase: "ended", outcome: "failed", callSid: "CA1" });
    expect(call().reason).toContain("The connection was lost.");
    expect(b.device().destroyed).toBe(true);
    expect(leg.tracks[0]?.stop).toHaveBeenCalled();
    expect(b.tabs.release).toHaveBeenCalled();
    (await b.placed()).ring("CA2");
    expect(b.devices).toHaveLength(2);
  });

  it("leaves a dead call without any event: it is found", async () => {
    leg.state = "closed";
    await pass(2_000);
    expect(call().phase).toBe("ended");
  });

  it("goes by the server's word for such a call, but not that you cancelled it", async () => {
    leg.socketLost();
    await settled();
    const base = { key: "CA1", appointment: "a1", final: true, summary: "" };
    b.phone.serverSays({ ...base, status: "canceled" });
    expect(call()).toMatchObject({ outcome: "failed" });
    expect(call().reason).toContain("The connection was lost.");
    b.phone.serverSays({ ...base, status: "no-answer" });
    expect(call().outcome).toBe("no-answer");
  });

  it("is not mistaken for a death while the SDK comes back", async () => {
    leg.answer();
    leg.socketLost();
    await pass(60_000);
    expect(call().phase).toBe("reconnecting");
    expect(b.device().destroyed).toBe(false);
  });

  it("ends by the server's word when nothing else comes through", async () => {
    leg.answer();
    leg.socketLost();
    b.phone.serverSays({ key: "CA1", status: "completed", final: true, summary: "", durationSeconds: 4 });
    expect(call()).toMatchObject({ phase: "ended", outcome: "completed", seconds: 4 });
    expect(call().endedBy, "nobody can know").toBeUndefined();
  });

  it("can be ended", async () => {
    leg.answer();
    leg.socketLost();
    b.phone.end();
    expect(call()).toMatchObject({ phase: "ended", endedBy: "you" });
  });
});

describe("talking", () => {
  it("mutes and unmutes by what the SDK says", () => {
    leg.answer();
    b.phone.setMuted(true);
    expect(leg.done).toEqual(["mute true"]);
    expect(call().muted).toBe(true);
    b.phone.setMuted(false);
    expect(call().muted).toBe(false);
  });

  it("sends keys only when somebody can hear them, and only keys", async () => {
    b.phone.press("1");
    leg.answer();
    for (const key of ["1", "*", "#", "12", "w", "a", ""]) b.phone.press(key);
    expect(call().digits).toBe("1*#");
    await pass(500);
    expect(leg.done).toEqual(["digits 1", "digits *#"]);
  });

  it("lets keys sound to their end before it sends more, however fast they are typed", async () => {
    leg.answer();
    for (const key of ["1", "2", "3"]) b.phone.press(key);
    expect(leg.done).toEqual(["digits 1"]);
    await pass(230); // as long as a key takes the SDK, in a browser that is not busy
    expect(leg.done).toEqual(["digits 1"]);
    await pass(250);
    expect(leg.done).toEqual(["digits 1", "digits 23"]);
    b.phone.press("4");
    await pass(700);
    expect(leg.done).toEqual(["digits 1", "digits 23"]);
    await pass(10);
    expect(leg.done).toEqual(["digits 1", "digits 23", "digits 4"]);
    await pass(480);
    b.phone.press("5");
    expect(leg.done.at(-1)).toBe("digits 5");
    b.phone.press("6");
    leg.over();
    await pass(1_000);
    expect(leg.done.at(-1)).toBe("digits 5");
  });

  it("shows a weak connection after 2 s and for at least 5 s", async () => {
    leg.answer();
    leg.emit("warning", "high-jitter", {});
    await pass(1_999);
    expect(call().quality).toBe("good");
    await pass(1);
    expect(call().quality).toBe("weak");
    await pass(1_000);
    leg.emit("warning-cleared", "high-jitter", null);
    await pass(3_999);
    expect(call().quality).toBe("weak");
    await pass(1);
    expect(call().quality).toBe("good");
  });

  it("tells the levels of a call, and none after it", () => {
    const spoken: number[] = [];
    const heard: number[] = [];
    const stop = b.phone.onInputLevel((level) => spoken.push(level));
    b.phone.onOutputLevel((level) => heard.push(level));
    leg.answer();
    leg.emit("volume", 0.5, 0.25);
    stop();
    leg.emit("volume", 0.6, 0.3);
    leg.over();
    leg.emit("volume", 0.7, 0.4);
    expect(spoken).toEqual([0.5]);
    expect(heard).toEqual([0.25, 0.3, 0]);
    expect(b.mic.levels.size).toBe(0);
  });

  it("changes the microphone in the call", async () => {
    leg.answer();
    await b.phone.chooseMicrophone("m2");
    expect(b.device().audio.setInputDevice).toHaveBeenCalledWith("m2");
    expect(b.phone.getState().microphoneId).toBe("m2");
    leg.over();
    await b.phone.chooseMicrophone("m3");
    expect(b.device().audio.setInputDevice).toHaveBeenCalledTimes(1);
  });
});

describe("the screens", () => {
  it("are told of each change until they leave", () => {
    const told = vi.fn();
    const leave = b.phone.subscribe(told);
    const before = b.phone.getState();
    leg.answer();
    expect(told).toHaveBeenCalledTimes(1);
    expect(b.phone.getState()).not.toBe(before);
    leave();
    leg.over();
    expect(told).toHaveBeenCalledTimes(1);
  });

  it("get the same state as long as nothing changed", () => {
    expect(b.phone.getState()).toBe(b.phone.getState());
  });

  it("do not hear of an old call's events", async () => {
    const old = leg;
    old.over();
    await b.placed();
    old.emit("ringing", false);
    old.emit("accept", old);
    old.emit("error", { code: 53405 });
    await settled();
    expect(call()).toMatchObject({ phase: "preparing", target });
  });

  it("can ask for the microphone, the speaker and a sound", async () => {
    await b.phone.checkMicrophone();
    expect(b.mic.microphone.check).toHaveBeenLastCalledWith(true);
    await b.phone.chooseSpeaker("s2");
    expect(b.speaker.choose).toHaveBeenCalledWith("s2", b.device().audio);
    await b.phone.playTestSound();
    expect(b.speaker.test).toHaveBeenCalled();
  });
});

it("a closed phone lets go of everything", async () => {
  leg.answer();
  b.phone.close();
  expect(leg.done).toEqual(["disconnect"]);
  expect(b.device().destroyed).toBe(true);
  expect(b.mic.microphone.close).toHaveBeenCalled();
  expect(b.tabs.close).toHaveBeenCalled();
});
