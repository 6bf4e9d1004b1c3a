import { describe, expect, it } from "vitest";
import type { Quality } from "./state";
import { cleared, due, mutedNow, noWarnings, qualityOf, raised, settle, type Warnings } from "./warnings";

it.each<[string, Quality | undefined]>([
  ["high-rtt", "weak"],
  ["high-jitter", "weak"],
  ["high-packet-loss", "weak"],
  ["high-packets-lost-fraction", "weak"],
  ["low-mos", "weak"],
  ["low-bytes-received", "no-sound"],
  ["low-bytes-sent", "no-sound"],
  ["ice-connectivity-lost", "no-sound"],
  ["constant-audio-input-level", "silent-microphone"],
  ["constant-audio-output-level", undefined],
  ["toString", undefined],
])("%s means %s", (name, quality) => expect(qualityOf(name)).toBe(quality));

describe("what is shown", () => {
  it("comes after 2 s and not before", () => {
    const w = raised(noWarnings, "low-mos", 1_000);
    expect(settle(w, 2_999).shown).toBe("good");
    expect(settle(w, 3_000).shown).toBe("weak");
    expect(due(w, 1_000)).toBe(3_000);
  });

  it("does not come for a warning that goes at once", () => {
    const w = cleared(raised(noWarnings, "low-mos", 1_000), "low-mos", 2_500);
    expect(settle(w, 60_000).shown).toBe("good");
    expect(due(w, 2_500)).toBeUndefined();
  });

  it("stays for 5 s, however soon its reason goes", () => {
    const shown = settle(raised(noWarnings, "low-mos", 0), 2_000);
    const gone = cleared(shown, "low-mos", 3_000);
    expect(gone.shown).toBe("weak");
    expect(due(gone, 3_000)).toBe(7_000);
    expect(settle(gone, 6_999).shown).toBe("weak");
    expect(settle(gone, 7_000).shown).toBe("good");
  });

  it("does not flicker when a warning comes and goes", () => {
    let w: Warnings = noWarnings;
    const seen: Quality[] = [];
    for (let at = 0; at <= 30_000; at += 1_000) {
      w = (at / 1_000) % 4 < 3 ? raised(w, "high-jitter", at) : cleared(w, "high-jitter", at);
      if (seen.at(-1) !== w.shown) seen.push(w.shown);
    }
    expect(seen.length).toBeLessThanOrEqual(9); // 8 rounds of warnings would show 16 changes
  });

  it("is the worst that holds, at once when it is worse", () => {
    const weak = settle(raised(noWarnings, "low-mos", 0), 2_000);
    const dead = settle(raised(weak, "low-bytes-received", 2_000), 4_000);
    expect(dead.shown).toBe("no-sound");
    expect(settle(cleared(dead, "low-bytes-received", 5_000), 9_000).shown).toBe("weak");
  });

  it("has two reasons: one going changes nothing", () => {
    const w = settle(raised(raised(noWarnings, "low-mos", 0), "high-rtt", 0), 2_000);
    expect(settle(cleared(w, "low-mos", 3_000), 60_000).shown).toBe("weak");
  });

  it("a repeated warning does not begin anew", () => {
    expect(raised(raised(noWarnings, "low-mos", 0), "low-mos", 2_000).shown).toBe("weak");
  });
});

describe("a microphone that is muted", () => {
  const silent = settle(raised(noWarnings, "constant-audio-input-level", 0), 2_000);
  it("is not called silent, and not when it is open again either", () => {
    expect(silent.shown).toBe("silent-microphone");
    const muted = mutedNow(silent, true, 2_500);
    expect(muted.shown).toBe("good");
    expect(settle(raised(muted, "constant-audio-input-level", 3_000), 60_000).shown).toBe("good");
    expect(settle(mutedNow(muted, false, 61_000), 90_000).shown).toBe("good");
  });

  it("has its weak connection all the same", () => {
    const weak = settle(raised(mutedNow(noWarnings, true, 0), "low-mos", 0), 2_000);
    expect(mutedNow(weak, true, 2_100).shown).toBe("weak");
  });
});
