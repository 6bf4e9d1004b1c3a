import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError } from "../backend";
import { figuresOf, type ProbeDeps, pathOf, patience, type Sample, soundTest } from "./probe";
import { soundFindings } from "./sound";

const token = "secret.token.value";

class FakeCall {
  listeners = new Map<string, ((value?: unknown) => void)[]>();
  disconnected = false;
  on(event: string, listener: (value?: never) => void) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener as (value?: unknown) => void]);
  }
  tell(event: string, value?: unknown) {
    for (const listener of this.listeners.get(event) ?? []) listener(value);
  }
  disconnect() {
    this.disconnected = true;
  }
}

const udp = [
  { id: "T", type: "transport", selectedCandidatePairId: "P" },
  { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R" },
  { id: "L", type: "local-candidate", protocol: "udp", candidateType: "host", address: "10.0.0.7" },
  { id: "R", type: "remote-candidate", protocol: "udp", candidateType: "srflx", address: "198.51.100.4" },
];

function connectionWith(stats: object[]) {
  const report = new Map(stats.map((one, at) => [String(at), one]));
  return { getStats: async () => report as unknown as RTCStatsReport };
}

function sample(change: Partial<Sample> = {}, totals: Partial<Sample["totals"]> = {}): Sample {
  return {
    rtt: 40,
    jitter: 4,
    mos: 4.4,
    totals: { packetsSent: 400, packetsReceived: 390, packetsLost: 1, packetsLostFraction: 0.3, ...totals },
    ...change,
  };
}

interface Fake {
  deps: ProbeDeps;
  call: FakeCall;
  destroyed: () => number;
  params: () => Record<string, string>[];
}

function fake(
  change: Partial<ProbeDeps> = {},
  options: { never?: boolean; stats?: object[]; config?: RTCConfiguration } = {},
): Fake {
  const call = new FakeCall();
  let destroyed = 0;
  const params: Record<string, string>[] = [];
  const deps: ProbeDeps = {
    fetchToken: async () => token,
    now: () => Date.now(),
    makeDevice: async (_, opened) => ({
      connect: async (how) => {
        params.push(how.params);
        if (options.never) return new Promise(() => {});
        opened(connectionWith(options.stats ?? udp), options.config);
        return call as never;
      },
      destroy: () => {
        destroyed++;
      },
    }),
    ...change,
  };
  return { deps, call, destroyed: () => destroyed, params: () => params };
}

const verdicts = (result: Awaited<ReturnType<typeof soundTest>>) =>
  Object.fromEntries(soundFindings(result).map((one) => [one.id, one.verdict]));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the sound test", () => {
  it("measures a call that dials nobody and leaves nothing open", async () => {
    const { deps, call, destroyed, params } = fake();
    const stages: string[] = [];
    const done = soundTest(deps, (stage) => stages.push(stage));
    await vi.advanceTimersByTimeAsync(200);
    call.tell("accept");
    await vi.advanceTimersByTimeAsync(1_000);
    call.tell("sample", sample({ mos: null, rtt: 60 }));
    call.tell("sample", sample());
    call.tell("disconnect");
    const result = await done;

    expect(params()).toEqual([{ SoundTest: "true" }]);
    expect(stages).toEqual(["token", "signalling", "media"]);
    expect(result).toMatchObject({
      tokenMs: 0,
      signallingMs: 0,
      answeredMs: 200,
      relays: 0,
      path: { protocol: "udp", local: "host", remote: "srflx" },
      figures: { packetsSent: 400, packetsReceived: 390, roundTrip: 50, jitter: 4, mos: 4.4 },
    });
    expect(result.failed).toBeUndefined();
    expect(destroyed()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
    expect(verdicts(result)).toEqual({
      token: "pass",
      signalling: "pass",
      media: "pass",
      transport: "pass",
      turn: "note",
    });
  });

  it("hangs up by itself when the service does not", async () => {
    const { deps, call, destroyed } = fake();
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(0);
    call.tell("accept");
    call.tell("sample", sample());
    await vi.advanceTimersByTimeAsync(patience.listen);
    const result = await done;
    expect(call.disconnected).toBe(true);
    expect(destroyed()).toBe(1);
    expect(result.figures?.packetsReceived).toBe(390);
  });

  it("hangs up when nobody waits for it any more", async () => {
    const leaving = new AbortController();
    const { deps, call, destroyed } = fake({ signal: leaving.signal });
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(0);
    leaving.abort();
    await done;
    expect(call.disconnected).toBe(true);
    expect(destroyed()).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("tells a token that cannot be had", async () => {
    const { deps } = fake({ fetchToken: () => Promise.reject(new Error("no")) });
    const result = await soundTest(deps);
    expect(result.failed).toEqual({ stage: "token" });
    expect(verdicts(result)).toEqual({
      token: "fail",
      signalling: "note",
      media: "note",
      transport: "note",
      turn: "note",
    });
  });

  it("does not wait for ever for a gateway that is out of reach", async () => {
    const { deps, destroyed } = fake({}, { never: true });
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(patience.signalling);
    const result = await done;
    expect(result.failed).toEqual({ stage: "signalling" });
    expect(destroyed()).toBe(1);
    expect(verdicts(result)).toMatchObject({ token: "pass", signalling: "fail", media: "note" });
  });

  it("tells a microphone error from a blocked network", async () => {
    const { deps, call } = fake();
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(0);
    call.tell("error", { code: 31401, message: `about ${token}` });
    const result = await done;
    expect(result.failed).toEqual({ stage: "media", code: 31401 });
    const media = soundFindings(result).find((one) => one.id === "media");
    expect(media).toMatchObject({ verdict: "fail", todo: "Put the microphone right first, then check again." });
    expect(media?.says).toContain("error 31401");
  });

  it("never gives the network's advice for a microphone, nor the microphone's for the network", () => {
    const firewall = /firewall|WebSocket|network|UDP/;
    const refused = soundFindings({ relays: 0, tokenMs: 9, failed: { stage: "signalling", code: 31402 } });
    for (const { verdict, says, todo } of refused) {
      expect(`${says} ${todo ?? ""}`).not.toMatch(firewall);
      expect(`${says} ${todo ?? ""}`).not.toContain("could not be reached");
      expect(verdict).not.toBe("warn");
    }
    expect(refused.map((one) => one.verdict)).toEqual(["pass", "note", "fail", "note", "note"]);
    const cut = soundFindings({ relays: 0, tokenMs: 9, failed: { stage: "signalling", code: 31005 } });
    expect(cut.find((one) => one.id === "signalling")?.todo).toMatch(firewall);
    for (const { says, todo } of cut) expect(`${says} ${todo ?? ""}`).not.toMatch(/microphone/i);
  });

  it("tells who may not call so in the service's words, and not to check the connection", async () => {
    const sentence = "Only clinicians may use this.";
    const { deps } = fake();
    const result = await soundTest({
      ...deps,
      fetchToken: () => Promise.reject(new BackendError("forbidden", sentence)),
    });
    expect(soundFindings(result)[0]).toMatchObject({
      id: "token",
      verdict: "fail",
      says: sentence,
      todo: "If it goes on, send this report to your IT team.",
    });
  });

  it("fails the media when nobody answers", async () => {
    const { deps, call } = fake();
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(patience.answer);
    expect(verdicts(await done)).toMatchObject({ signalling: "pass", media: "fail", transport: "pass" });
    expect(call.disconnected).toBe(true);
  });

  it("repeats nothing of the token", async () => {
    const { deps, call } = fake();
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(0);
    call.tell("accept");
    await vi.advanceTimersByTimeAsync(1_000);
    call.tell("disconnect");
    const result = await done;
    const all = JSON.stringify([result, soundFindings(result)]);
    expect(all).not.toContain(token);
    expect(all).not.toContain("10.0.0.7");
  });
});

describe("what the figures mean", () => {
  const passed = { relays: 0, tokenMs: 10, signallingMs: 100, answeredMs: 300 };
  const media = (one: Sample) =>
    soundFindings({ ...passed, figures: figuresOf([one]) }).find((finding) => finding.id === "media");

  it.each([
    ["both ways", sample(), "pass", "400 packets out, 390 in"],
    ["nothing comes in", sample({}, { packetsReceived: 0 }), "fail", "No sound comes in."],
    ["nothing goes out", sample({}, { packetsSent: 0 }), "fail", "No sound goes out."],
    ["nothing at all", sample({}, { packetsSent: 0, packetsReceived: 0 }), "fail", "No sound gets through."],
    ["a long way", sample({ rtt: 401 }), "warn", "Calls may have gaps."],
    ["jitter", sample({ jitter: 31 }), "warn", "Calls may have gaps."],
    ["loss", sample({}, { packetsLostFraction: 3.1 }), "warn", "Calls may have gaps."],
    ["a low score", sample({ mos: 2.9 }), "warn", "Calls may have gaps."],
  ])("%s", (_, one, verdict, says) => {
    expect(media(one)).toMatchObject({ verdict });
    expect(media(one)?.says).toContain(says);
  });

  it("is slow signalling", () => {
    const [, signalling] = soundFindings({ ...passed, signallingMs: 3_001 });
    expect(signalling?.verdict).toBe("warn");
  });

  it.each([
    [{ protocol: "tcp", local: "host", remote: "host" }, "warn", "TCP, straight from this computer."],
    [{ protocol: "udp", local: "relay", remote: "host" }, "pass", "UDP, through a relay."],
    [{ protocol: "tls", local: "relay", remote: "host" }, "warn", "TLS, through a relay."],
  ])("is a path: %o", (path, verdict, says) => {
    const finding = soundFindings({ ...passed, path }).find((one) => one.id === "transport");
    expect(finding?.verdict).toBe(verdict);
    expect(finding?.says).toContain(says);
  });

  it("is a relay that was configured", async () => {
    const servers = [{ urls: ["turn:turn.example.org", "stun:stun.example.org"] }, { urls: "turns:turn.example.org" }];
    const { deps, call } = fake({}, { config: { iceServers: servers } });
    const done = soundTest(deps);
    await vi.advanceTimersByTimeAsync(1_000);
    call.tell("disconnect");
    const turn = soundFindings(await done).find((one) => one.id === "turn");
    expect(turn?.says).toBe("2 configured, not needed.");
  });
});

describe("the path of the sound", () => {
  it("is found in Firefox's statistics", async () => {
    const pair = { id: "P", type: "candidate-pair", nominated: true, state: "succeeded", localCandidateId: "L" };
    const local = { id: "L", type: "local-candidate", protocol: "udp", relayProtocol: "tls", candidateType: "relay" };
    expect(await pathOf(connectionWith([pair, local]))).toEqual({ protocol: "tls", local: "relay", remote: "unknown" });
  });

  it("is unknown before there is one", async () => {
    expect(await pathOf(connectionWith([{ id: "T", type: "transport" }]))).toBeUndefined();
  });
});
