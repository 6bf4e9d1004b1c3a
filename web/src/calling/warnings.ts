// The SDK's warnings, told as one quality of the sound that does not flicker.
import type { Quality } from "./state";

/** How long a warning must last before it is shown. */
export const showAfter = 2_000;
/** How long a quality stays shown, once it is. */
export const keepFor = 5_000;

const meaning: Record<string, Quality> = {
  "high-rtt": "weak",
  "high-jitter": "weak",
  "high-packet-loss": "weak",
  "high-packets-lost-fraction": "weak",
  "low-mos": "weak",
  "low-bytes-received": "no-sound",
  "low-bytes-sent": "no-sound",
  "ice-connectivity-lost": "no-sound",
  "constant-audio-input-level": "silent-microphone",
};

/** What a warning of the SDK means to the listener; undefined: nothing. */
export function qualityOf(warning: string): Quality | undefined {
  return Object.hasOwn(meaning, warning) ? meaning[warning] : undefined;
}

const badness: Quality[] = ["good", "weak", "silent-microphone", "no-sound"];

export interface Warnings {
  /** Warnings that hold, with the time each began. */
  active: Record<string, number>;
  shown: Quality;
  /** When `shown` began. */
  since: number;
  /** Nobody is heard because the clinician chose so: silence of the microphone means nothing. */
  muted: boolean;
}

export const noWarnings: Warnings = { active: {}, shown: "good", since: 0, muted: false };

export function raised(w: Warnings, name: string, at: number): Warnings {
  const quality = qualityOf(name);
  if (!quality || name in w.active || (w.muted && quality === "silent-microphone")) return settle(w, at);
  return settle({ ...w, active: { ...w.active, [name]: at } }, at);
}

export function cleared(w: Warnings, name: string, at: number): Warnings {
  return settle({ ...w, active: without(w.active, (held) => held === name) }, at);
}

/** Muting takes the word about a silent microphone back at once: it would be wrong. */
export function mutedNow(w: Warnings, muted: boolean, at: number): Warnings {
  if (!muted) return settle({ ...w, muted }, at);
  const active = without(w.active, (name) => qualityOf(name) === "silent-microphone");
  const shown = w.shown === "silent-microphone" ? ({ shown: "good", since: at } as const) : {};
  return settle({ ...w, ...shown, active, muted }, at);
}

/** What is to be shown at this time. */
export function settle(w: Warnings, at: number): Warnings {
  const target = worst(w, at);
  if (target === w.shown) return w;
  const worse = badness.indexOf(target) > badness.indexOf(w.shown);
  if (!worse && at - w.since < keepFor) return w;
  return { ...w, shown: target, since: at };
}

/** When settle can next say something else; undefined: not before another warning. */
export function due(w: Warnings, at: number): number | undefined {
  const times = Object.values(w.active).map((since) => since + showAfter);
  if (w.shown !== "good") times.push(w.since + keepFor);
  const ahead = times.filter((time) => time > at);
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}

function without(active: Record<string, number>, drop: (name: string) => boolean): Record<string, number> {
  return Object.fromEntries(Object.entries(active).filter(([name]) => !drop(name)));
}

/** The worst quality that has lasted long enough to be shown. */
function worst(w: Warnings, at: number): Quality {
  const lasting = Object.entries(w.active).filter(([, since]) => at - since >= showAfter);
  const found = lasting.map(([name]) => badness.indexOf(qualityOf(name) ?? "good"));
  return badness[Math.max(0, ...found)] ?? "good";
}
