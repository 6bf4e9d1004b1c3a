// The speaker, what is remembered, and what the real SDK is told.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { deviceOptions, gateway, sdkLoader, sounds } from "./browser";
import { FakeDevice } from "./fakes";
import { NotPlaced } from "./handset";
import { remembered } from "./remembered";
import { createSpeaker } from "./speaker";

beforeEach(() => localStorage.clear());

function speaker(canChoose = true) {
  const made: { url: string; sink: string[]; end(): void }[] = [];
  const play = vi.fn(async () => {});
  const sinks = vi.fn(async (_: string) => {});
  const made_ = (url: string) => {
    const element = {
      onended: () => {},
      onerror: () => {},
      play,
      setSinkId: async (id: string) => {
        await sinks(id);
        one.sink.push(id);
      },
    };
    const one = { url, sink: [] as string[], end: () => element.onended() };
    made.push(one);
    return element as unknown as HTMLAudioElement;
  };
  const of = createSpeaker({ makeAudio: made_, testSound: "/t.wav", canChoose, remembered: remembered("speaker") });
  return { of, made, play, sinks };
}

describe("the speaker", () => {
  it("is remembered and used, in a call and for the test sound", async () => {
    const { of, made } = speaker();
    const { audio } = new FakeDevice("t");
    await of.choose("s2", audio);
    expect(audio.speakerDevices.set).toHaveBeenLastCalledWith("s2");
    expect({ ...localStorage }).toEqual({ "careline.speaker": "s2" });
    const heard = of.test();
    await vi.waitFor(() => expect(made).toHaveLength(1), { timeout: 30_000 });
    await Promise.resolve();
    expect(made[0]).toMatchObject({ url: "/t.wav", sink: ["s2"] });
    made[0]?.end();
    await heard;
    await of.choose("", audio);
    expect(audio.speakerDevices.set).toHaveBeenLastCalledWith("default");
    expect(localStorage.length).toBe(0);
  });

  it("does not hinder a call when it is gone", async () => {
    const { of } = speaker();
    const { audio } = new FakeDevice("t");
    audio.speakerDevices.set.mockRejectedValue(new Error("Devices not found"));
    localStorage.setItem("careline.speaker", "s2");
    await of.apply(audio);
    expect(audio.speakerDevices.set).toHaveBeenCalledTimes(1);
  });

  it("stays the one before when another cannot be used", async () => {
    const { of } = speaker();
    const { audio } = new FakeDevice("t");
    await of.choose("s1", audio);
    audio.speakerDevices.set.mockRejectedValueOnce(new Error("Devices not found"));
    await expect(of.choose("s2", audio)).rejects.toThrow();
    expect(of.chosen()).toBe("s1");
  });

  it("is the browser's where a page cannot choose", async () => {
    const { of } = speaker(false);
    const { audio } = new FakeDevice("t");
    await of.choose("s2", audio);
    await of.apply(audio);
    expect(audio.speakerDevices.set).not.toHaveBeenCalled();
    expect(of.chosen()).toBe("");
  });

  it("tells when the test sound cannot be heard on it", async () => {
    const { of, play, sinks } = speaker();
    play.mockRejectedValueOnce(new Error("NotAllowedError"));
    await expect(of.test()).rejects.toThrow("NotAllowedError");
    await of.choose("s2", null);
    sinks.mockRejectedValueOnce(new Error("NotFoundError"));
    play.mockClear();
    await expect(of.test()).rejects.toThrow("NotFoundError");
    expect(play).not.toHaveBeenCalled();
  });
});

it("a browser without storage works all the same", () => {
  const broken = remembered("speaker", () => {
    throw new Error("SecurityError");
  });
  broken.set("s1");
  expect(broken.get()).toBe("");
});

describe("what the SDK is told", () => {
  const settings = {
    organisation: "",
    timeZone: "",
    issuer: "",
    clientId: "",
    base: "",
    publishEvents: false,
    version: "1",
    language: "en-GB",
    idleLockMinutes: 0,
  };
  const base = "https://clinic.example/x/api/";

  it("has every sound of ours, for the SDK fetches the others from Twilio", () => {
    const all = sounds(base);
    // The names are the SDK's: Device._defaultSounds.
    const names = ["incoming", "outgoing", "disconnect", ..."0123456789sh".split("").map((key) => `dtmf${key}`)];
    expect(Object.keys(all).sort()).toEqual(names.sort());
    for (const url of Object.values(all))
      expect(url).toMatch(/^https:\/\/clinic\.example\/x\/api\/sounds\/[a-z0-9-]+\.wav$/);
  });

  it("goes to Twilio unless the server names another gateway", () => {
    expect(deviceOptions(settings, base)).not.toHaveProperty("chunderw");
    expect(deviceOptions(settings, base)).not.toHaveProperty("edge");
    expect(deviceOptions({ ...settings, edge: "dublin" }, base)).toMatchObject({
      edge: "dublin",
      publishEvents: false,
    });
    expect(deviceOptions({ ...settings, publishEvents: true }, base)).toMatchObject({ publishEvents: true });
    expect(deviceOptions({ ...settings, signalling: "ws://localhost:8480/signal" }, base)).toHaveProperty("chunderw");
  });

  it("takes the gateway's address as it is, and keeps no other to come back to", () => {
    const list = gateway("ws://localhost:8480/signal");
    expect(Array.isArray(list)).toBe(true);
    expect(list).toHaveLength(0);
    expect(list.map((host) => `wss://${host}/signal`)).toEqual(["ws://localhost:8480/signal"]);
  });
});

describe("the SDK", () => {
  it("is loaded when the page is idle, and then there", async () => {
    const importing = vi.fn(async () => "sdk");
    const idle: (() => void)[] = [];
    const load = sdkLoader(importing, (run) => idle.push(run));
    expect(importing).not.toHaveBeenCalled();
    for (const run of idle) run();
    expect(importing).toHaveBeenCalledTimes(1);
    expect(await load()).toBe("sdk");
  });

  it("says so when it cannot be loaded", async () => {
    const load = sdkLoader(
      () => Promise.reject(new TypeError("Failed to fetch")),
      (run) => run(),
    );
    await expect(load()).rejects.toEqual(new NotPlaced("loading"));
    await expect(load()).rejects.toMatchObject({ why: "loading" });
  });
});
