import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SoftphoneState } from "../calling/state";
import { speakerFinding } from "./devices";
import type { Finding } from "./finding";
import { checkEvents } from "./live";
import { reportText } from "./report";
import { type CheckDeps, listenFor, runChecks } from "./run";

const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

const state: SoftphoneState = {
  call: null,
  trouble: null,
  microphone: "ok",
  microphones: [
    { id: "a", label: "Amara's headset" },
    { id: "b", label: "Built-in" },
  ],
  speakers: [],
  microphoneId: "a",
  speakerId: "",
  canChooseSpeaker: false,
  elsewhere: false,
};

function stream(text: string | undefined, status = 200): Response {
  const body = new ReadableStream({
    start(controller) {
      if (text !== undefined) controller.enqueue(new TextEncoder().encode(text));
    },
  });
  return new Response(body, { status });
}

function deps(change: Partial<CheckDeps> = {}, level = 0.3, said: Partial<SoftphoneState> = {}): CheckDeps {
  return {
    surroundings: { userAgent: chrome, secure: true, canCall: true },
    phone: {
      checkMicrophone: async () => {},
      getState: () => ({ ...state, ...said }),
      onInputLevel: (listener) => {
        listener(level);
        return () => {};
      },
    },
    soundTest: async (reached) => {
      reached("token");
      reached("signalling");
      reached("media");
      return {
        relays: 0,
        tokenMs: 30,
        signallingMs: 80,
        answeredMs: 200,
        figures: { packetsSent: 400, packetsReceived: 400, packetsLost: 0, lossPercent: 0 },
        path: { protocol: "udp", local: "host", remote: "host" },
      };
    },
    openEvents: async () => stream("retry: 3000\n\n"),
    now: () => Date.now(),
    ...change,
  };
}

async function all(of: CheckDeps): Promise<{ last: Map<string, Finding>; told: Finding[] }> {
  const told: Finding[] = [];
  const done = runChecks(of, (finding) => told.push(finding));
  await vi.advanceTimersByTimeAsync(listenFor + 15_000);
  await done;
  return { last: new Map(told.map((one) => [one.id, one])), told };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the check", () => {
  it("goes through everything", async () => {
    const { last, told } = await all(deps());
    expect([...last.values()].map((one) => [one.id, one.verdict])).toEqual([
      ["browser", "pass"],
      ["https", "pass"],
      ["microphone", "pass"],
      ["token", "pass"],
      ["signalling", "pass"],
      ["media", "pass"],
      ["transport", "pass"],
      ["turn", "note"],
      ["events", "pass"],
    ]);
    expect(told.filter((one) => one.verdict === "running").map((one) => one.id)).toEqual([
      "microphone",
      "token",
      "signalling",
      "media",
      "events",
    ]);
  });

  it("does not try calls where there can be none", async () => {
    const soundTest = vi.fn();
    const { last } = await all(deps({ surroundings: { userAgent: chrome, secure: false, canCall: true }, soundTest }));
    expect(soundTest).not.toHaveBeenCalled();
    expect(last.get("https")?.verdict).toBe("fail");
    expect(last.get("media")?.verdict).toBe("note");
    expect(last.get("events")?.verdict).toBe("pass");
  });

  it("warns of a microphone that hears nothing", async () => {
    const { last } = await all(deps({}, 0.001));
    expect(last.get("microphone")).toMatchObject({ verdict: "warn" });
  });

  it("says why the microphone is not to be had", async () => {
    const sentence = "We could not find a microphone. Plug in a headset, then choose Check again.";
    const said = { microphone: "blocked", trouble: { kind: "microphone-missing", sentence, retry: true } } as const;
    const { last } = await all(deps({}, 0.3, said));
    expect(last.get("microphone")).toMatchObject({ verdict: "fail", says: sentence });
  });

  it("tells no device's name, which may be a person's", async () => {
    const { told } = await all(deps());
    const text = reportText(told, { version: "1", at: new Date(0), timeZone: "UTC", language: "en-GB", origin: "" });
    expect(text).toContain("2 microphones");
    expect(text).not.toContain("Amara");
  });
});

describe("live updates", () => {
  it("fail when the stream does not open", async () => {
    const finding = await checkEvents(() => Promise.reject(new Error("no")), Date.now);
    expect(finding).toMatchObject({ verdict: "fail", says: "The stream of live updates could not be opened." });
  });

  it("fail when a proxy holds the stream back", async () => {
    const done = checkEvents(async () => stream(undefined), Date.now);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await done).toMatchObject({ verdict: "fail", says: "The connection opens, but nothing comes through it." });
  });

  it("are closed again", async () => {
    let signal: AbortSignal | undefined;
    await checkEvents(async (given) => {
      signal = given;
      return stream(": hello\n\n");
    }, Date.now);
    expect(signal?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each([
  ["heard", 2, "pass", "2 speakers, test sound heard."],
  ["not heard", 1, "fail", "1 speaker, test sound not heard."],
  ["unanswered", 0, "note", "Nobody said whether the test sound was heard."],
  ["heard", 0, "pass", "The browser chooses the speaker. Test sound heard."],
] as const)("a speaker that was %s", (answer, count, verdict, says) => {
  expect(speakerFinding(answer, count)).toMatchObject({ verdict, says });
});
