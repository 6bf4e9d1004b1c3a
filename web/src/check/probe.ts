// The sound test: a call that dials nobody. The service answers it with a spoken sentence and hangs up, so that what
// the Voice SDK measures in it is what a real call would have. Nothing here knows React or a screen.
import { BackendError } from "../backend";

/** The part of the SDK's Device that the test uses. */
export interface ProbeDevice {
  connect(options: { params: Record<string, string> }): Promise<ProbeCall>;
  destroy(): void;
}

export interface ProbeCall {
  on(event: "accept" | "disconnect" | "cancel" | "reject", listener: () => void): void;
  on(event: "error", listener: (error: { code?: number; message?: string }) => void): void;
  on(event: "sample", listener: (sample: Sample) => void): void;
  disconnect(): void;
}

/** What the SDK's `sample` event tells every second, as far as it is used. Times in ms; loss in per cent. */
export interface Sample {
  rtt: number;
  jitter: number;
  mos: number | null;
  totals: { packetsSent: number; packetsReceived: number; packetsLost: number; packetsLostFraction: number };
}

type Connection = Pick<RTCPeerConnection, "getStats">;

export interface ProbeDeps {
  fetchToken(): Promise<string>;
  /** Makes the device; every peer connection that it opens is told to `opened`, with what it was configured to use. */
  makeDevice(token: string, opened: (connection: Connection, config?: RTCConfiguration) => void): Promise<ProbeDevice>;
  /** Milliseconds. */
  now(): number;
  /** Whoever waits for the test has left. */
  signal?: AbortSignal;
}

/** The way that packets took: RFC 8445's candidate types, and udp, tcp or tls. */
export interface Path {
  protocol: string;
  local: string;
  remote: string;
}

export interface Figures {
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  lossPercent: number;
  /** Means over the test, ms; left out when nothing was measured. */
  roundTrip?: number;
  jitter?: number;
  /** Mean opinion score, 1 to about 4.5. */
  mos?: number;
}

export type Stage = "token" | "signalling" | "media";

export interface ProbeResult {
  tokenMs?: number;
  signallingMs?: number;
  answeredMs?: number;
  figures?: Figures;
  path?: Path;
  relays: number;
  /** Where it went no further, with the SDK's error code or the service's sentence, whichever there is. */
  failed?: { stage: Stage; code?: number; sentence?: string };
}

/** A gateway that cannot be reached is tried for ever by the SDK; a person should not wait so long. */
export const patience = { token: 15_000, signalling: 10_000, answer: 15_000, listen: 15_000 };

/** How often the way of the packets is looked up. It is gone as soon as the call is over. */
const lookEvery = 1_000;

export async function soundTest(deps: ProbeDeps, reached: (stage: Stage) => void = () => {}): Promise<ProbeResult> {
  const result: ProbeResult = { relays: 0 };
  const began = deps.now();
  let device: ProbeDevice | undefined;
  let connection: Connection | undefined;
  let stage: Stage = "token";
  try {
    reached(stage);
    const token = await within(patience.token, deps.fetchToken());
    result.tokenMs = deps.now() - began;

    stage = "signalling";
    reached(stage);
    device = await within(
      patience.token,
      deps.makeDevice(token, (opened, config) => {
        connection = opened;
        result.relays = relaysIn(config);
      }),
    );
    const dialled = deps.now();
    deps.signal?.throwIfAborted();
    // The SDK resolves this once the gateway has taken the token.
    const call = await within(patience.signalling, device.connect({ params: { SoundTest: "true" } }));
    result.signallingMs = deps.now() - dialled;

    stage = "media";
    reached(stage);
    const ears: Ears = {
      answered: () => {
        result.answeredMs = deps.now() - dialled;
      },
      measured: (figures) => {
        result.figures = figures;
      },
      look: async () => {
        const path = connection && (await pathOf(connection));
        if (path) result.path = path;
      },
    };
    await listen(call, ears, deps.signal);
    if (result.answeredMs === undefined) result.failed = { stage };
  } catch (error) {
    result.failed = { stage, ...reasonOf(error) };
  } finally {
    device?.destroy();
  }
  return result;
}

interface Ears {
  answered(): void;
  measured(figures: Figures): void;
  look(): Promise<void>;
}

/** Settles when the call is over, or has been listened to for long enough. */
function listen(call: ProbeCall, ears: Ears, signal?: AbortSignal): Promise<void> {
  const samples: Sample[] = [];
  return new Promise<void>((resolve, reject) => {
    const finish = (end: () => void) => {
      clearTimeout(limit);
      clearInterval(looking);
      signal?.removeEventListener("abort", stop);
      end();
    };
    const stop = () => {
      finish(resolve);
      call.disconnect();
    };
    const looking = setInterval(() => void ears.look().catch(() => {}), lookEvery);
    let limit = setTimeout(stop, patience.answer);
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    call.on("accept", () => {
      clearTimeout(limit);
      limit = setTimeout(stop, patience.listen);
      ears.answered();
    });
    call.on("sample", (sample) => {
      samples.push(sample);
      ears.measured(figuresOf(samples));
    });
    for (const over of ["disconnect", "cancel", "reject"] as const) call.on(over, () => finish(resolve));
    call.on("error", (error) => finish(() => reject(error)));
  });
}

export function figuresOf(samples: Sample[]): Figures {
  const totals = samples.at(-1)?.totals;
  const figures: Figures = {
    packetsSent: totals?.packetsSent ?? 0,
    packetsReceived: totals?.packetsReceived ?? 0,
    packetsLost: totals?.packetsLost ?? 0,
    lossPercent: totals?.packetsLostFraction ?? 0,
  };
  const roundTrip = mean(samples.map((s) => s.rtt));
  const jitter = mean(samples.map((s) => s.jitter));
  const mos = mean(samples.map((s) => s.mos));
  if (roundTrip !== undefined) figures.roundTrip = roundTrip;
  if (jitter !== undefined) figures.jitter = jitter;
  if (mos !== undefined) figures.mos = mos;
  return figures;
}

function mean(values: (number | null | undefined)[]): number | undefined {
  const known = values.filter((v): v is number => typeof v === "number" && Number.isFinite(v));
  return known.length === 0 ? undefined : known.reduce((sum, v) => sum + v, 0) / known.length;
}

type Stat = Record<string, unknown> & { id: string; type: string };

/** The candidate pair in use, from W3C webrtc-stats; undefined before there is one. */
export async function pathOf(connection: Connection): Promise<Path | undefined> {
  const stats = [...(await connection.getStats()).values()] as Stat[];
  const byId = (id: unknown) => stats.find((s) => s.id === id);
  const selected = stats.find((s) => s.type === "transport" && s.selectedCandidatePairId)?.selectedCandidatePairId;
  // Firefox has no selectedCandidatePairId and marks the pair itself.
  const pair =
    byId(selected) ?? stats.find((s) => s.type === "candidate-pair" && s.nominated && s.state === "succeeded");
  const local = byId(pair?.localCandidateId);
  const remote = byId(pair?.remoteCandidateId);
  if (!local) return undefined;
  return {
    protocol: String(local.relayProtocol ?? local.protocol ?? "unknown"),
    local: String(local.candidateType ?? "unknown"),
    remote: String(remote?.candidateType ?? "unknown"),
  };
}

function relaysIn(config?: RTCConfiguration): number {
  return (config?.iceServers ?? []).flatMap((s) => s.urls).filter((url) => /^turns?:/.test(url)).length;
}

function reasonOf(error: unknown): { code?: number; sentence?: string } {
  if (error instanceof BackendError) return { sentence: error.sentence };
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "number" ? { code } : {};
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer in time")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
