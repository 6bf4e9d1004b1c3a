// What the figures of the sound test mean for a call.
import { type Finding, found } from "./finding";
import type { Figures, ProbeResult } from "./probe";
import { say } from "./words";

// Where the Voice SDK itself warns (its StatsMonitor): above, or for the opinion score below, a listener notices.
const limits = { roundTrip: 400, jitter: 30, lossPercent: 3, mos: 3 };

export function tokenFinding(result: ProbeResult): Finding {
  if (result.tokenMs !== undefined) return found("token", "pass", say("check:token.works", { ms: result.tokenMs }));
  // Who may not call, or cannot reach the service, is told that, and no way out that leads nowhere.
  const sentence = result.failed?.sentence;
  if (sentence) return found("token", "fail", sentence, say("check:askITLater"));
  return found("token", "fail", say("check:token.fails"), say("check:token.todo"));
}

/** To reach the gateway, the SDK first opens the microphone: what fails there says nothing of the network. */
export function signallingFinding(result: ProbeResult): Finding {
  const ms = result.signallingMs;
  if (ms !== undefined && ms <= 3_000) return found("signalling", "pass", say("check:signalling.works", { ms }));
  if (ms !== undefined) return found("signalling", "warn", say("check:signalling.slow", { ms }), say("check:cable"));
  if (result.failed?.stage === "token") return found("signalling", "note", say("check:skipped.before"));
  const code = result.failed?.code;
  if (isMicrophone(code)) return found("signalling", "note", say("check:skipped.microphone"));
  const says = code === undefined ? say("check:signalling.fails") : say("check:signalling.failsCoded", { code });
  // Twilio's connectivity requirements for the Voice SDKs.
  return found("signalling", "fail", says, say("check:signalling.todo"));
}

export function mediaFinding(result: ProbeResult): Finding {
  const code = result.failed?.code;
  if (code !== undefined && isMicrophone(code)) {
    return found("media", "fail", say("check:media.microphone", { code }), say("check:microphoneFirst"));
  }
  if (result.signallingMs === undefined) return found("media", "note", say("check:skipped.before"));
  const todo = say("check:media.todo");
  const measured = result.figures;
  if (result.answeredMs === undefined || !measured) {
    const says = code === undefined ? say("check:media.fails") : say("check:media.failsCoded", { code });
    return found("media", "fail", says, todo);
  }
  const figures = inWords(measured);
  const { packetsReceived: come, packetsSent: gone } = measured;
  if (come === 0 && gone === 0) return found("media", "fail", say("check:media.nothing", { figures }), todo);
  if (come === 0) return found("media", "fail", say("check:media.nothingIn", { figures }), todo);
  if (gone === 0) return found("media", "fail", say("check:media.nothingOut", { figures }), todo);
  if (!weak(measured)) return found("media", "pass", figures);
  return found("media", "warn", say("check:media.weak", { figures }), say("check:cable"));
}

export function transportFinding(result: ProbeResult): Finding {
  const path = result.path;
  if (!path && result.answeredMs === undefined) return found("transport", "note", say("check:skipped.before"));
  if (!path) return found("transport", "note", say("check:transport.untold"));
  const way = say(`check:transport.${ways[path.local] ?? "unknown"}`, { protocol: path.protocol.toUpperCase() });
  if (path.protocol === "udp") return found("transport", "pass", way);
  return found("transport", "warn", say("check:transport.stumbles", { way }), say("check:media.todo"));
}

export function turnFinding(result: ProbeResult): Finding {
  const count = result.relays;
  if (count === 0) return found("turn", "note", say("check:turn.none"));
  const used = result.path?.local === "relay";
  return found("turn", "note", used ? say("check:turn.used", { count }) : say("check:turn.unused", { count }));
}

export function soundFindings(result: ProbeResult): Finding[] {
  return [tokenFinding, signallingFinding, mediaFinding, transportFinding, turnFinding].map((of) => of(result));
}

function weak(f: Figures): boolean {
  return (
    (f.roundTrip ?? 0) > limits.roundTrip ||
    (f.jitter ?? 0) > limits.jitter ||
    f.lossPercent > limits.lossPercent ||
    (f.mos ?? limits.mos) < limits.mos
  );
}

function inWords(f: Figures): string {
  const parts = [
    say("check:media.packets", { sent: f.packetsSent, received: f.packetsReceived }),
    say("check:media.lost", { lost: f.packetsLost, percent: f.lossPercent.toFixed(1) }),
  ];
  if (f.roundTrip !== undefined) parts.push(say("check:media.roundTrip", { ms: Math.round(f.roundTrip) }));
  if (f.jitter !== undefined) parts.push(say("check:media.jitter", { ms: Math.round(f.jitter) }));
  if (f.mos !== undefined) parts.push(say("check:media.mos", { score: f.mos.toFixed(1) }));
  return `${parts.join(", ")}.`;
}

/** By RFC 8445's kind of the candidate on this side. */
const ways: Record<string, "host" | "nat" | "relay"> = { host: "host", srflx: "nat", prflx: "nat", relay: "relay" };

/** 314xx are the SDK's errors of getting at the microphone. */
function isMicrophone(code: number | undefined): boolean {
  return code !== undefined && Math.trunc(code / 100) === 314;
}
