// What the figures of the sound test mean for a call.
import { type Finding, found } from "./finding";
import type { Figures, Path, ProbeResult } from "./probe";

// Where the Voice SDK itself warns (its StatsMonitor): above, or for the opinion score below, a listener notices.
const limits = { roundTrip: 400, jitter: 30, lossPercent: 3, mos: 3 };

const askIT = "Send this report to your IT team.";
// Twilio's connectivity requirements for the Voice SDKs.
const gatewayPorts = `${askIT} The browser must reach the phone service by secure WebSocket on TCP port 443.`;
const mediaPorts = `${askIT} The firewall must let UDP through to 168.86.128.0/18, ports 10000 to 60000.`;

export function tokenFinding(result: ProbeResult): Finding {
  if (result.tokenMs !== undefined) return found("token", "pass", `You may make calls (${result.tokenMs} ms).`);
  return found(
    "token",
    "fail",
    "The service did not give permission to make calls.",
    "Sign out, sign in again and repeat the check. If it goes on, send this report to your IT team.",
  );
}

export function signallingFinding(result: ProbeResult): Finding {
  if (result.signallingMs !== undefined) {
    const says = `Connected after ${result.signallingMs} ms.`;
    if (result.signallingMs <= 3_000) return found("signalling", "pass", says);
    return found("signalling", "warn", `${says} That is slow.`, "Use a cable, or move closer to your router.");
  }
  if (result.failed?.stage === "token") return skipped("signalling");
  return found("signalling", "fail", `The phone service could not be reached${coded(result)}.`, gatewayPorts);
}

export function mediaFinding(result: ProbeResult): Finding {
  const figures = result.figures;
  if (result.signallingMs === undefined) return skipped("media");
  if (result.answeredMs === undefined || !figures) {
    const todo = isMicrophone(result.failed?.code) ? "Put the microphone right first, then check again." : mediaPorts;
    return found("media", "fail", `The sound test was not connected${coded(result)}.`, todo);
  }
  const says = inWords(figures);
  if (figures.packetsReceived === 0 && figures.packetsSent === 0) {
    return found("media", "fail", `No sound gets through. ${says}`, mediaPorts);
  }
  if (figures.packetsReceived === 0) return found("media", "fail", `No sound comes in. ${says}`, mediaPorts);
  if (figures.packetsSent === 0) return found("media", "fail", `No sound goes out. ${says}`, mediaPorts);
  if (!weak(figures)) return found("media", "pass", says);
  return found(
    "media",
    "warn",
    `Calls may have gaps. ${says}`,
    "Use a cable, or move closer to your router. Then check again.",
  );
}

export function transportFinding(result: ProbeResult): Finding {
  const path = result.path;
  if (!path) {
    if (result.answeredMs === undefined) return skipped("transport");
    return found("transport", "note", "This browser does not tell which way the sound took.");
  }
  const says = `${path.protocol.toUpperCase()}, ${way(path)}.`;
  if (path.protocol === "udp") return found("transport", "pass", says);
  return found("transport", "warn", `${says} Calls over TCP stumble when the network is busy.`, mediaPorts);
}

export function turnFinding(result: ProbeResult): Finding {
  if (result.relays === 0) return found("turn", "note", "Not used by this service.");
  const used = result.path?.local === "relay" ? "in use" : "not needed";
  return found("turn", "note", `${result.relays} configured, ${used}.`);
}

export function soundFindings(result: ProbeResult): Finding[] {
  return [tokenFinding, signallingFinding, mediaFinding, transportFinding, turnFinding].map((of) => of(result));
}

function skipped(id: "signalling" | "media" | "transport"): Finding {
  return found(id, "note", "Not checked, because an earlier check did not work.");
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
    `${f.packetsSent} packets out, ${f.packetsReceived} in`,
    `${f.packetsLost} lost (${f.lossPercent.toFixed(1)}%)`,
  ];
  if (f.roundTrip !== undefined) parts.push(`round trip ${Math.round(f.roundTrip)} ms`);
  if (f.jitter !== undefined) parts.push(`jitter ${Math.round(f.jitter)} ms`);
  if (f.mos !== undefined) parts.push(`quality ${f.mos.toFixed(1)} of 4.5 (MOS)`);
  return `${parts.join(", ")}.`;
}

const ways: Record<string, string> = {
  host: "straight from this computer",
  srflx: "through address translation (NAT)",
  prflx: "through address translation (NAT)",
  relay: "through a relay",
};

function way(path: Path): string {
  return ways[path.local] ?? "by a way we do not know";
}

function coded(result: ProbeResult): string {
  return result.failed?.code === undefined ? "" : ` (error ${result.failed.code})`;
}

/** 314xx are the SDK's errors of getting at the microphone. */
function isMicrophone(code?: number): boolean {
  return code !== undefined && Math.trunc(code / 100) === 314;
}
