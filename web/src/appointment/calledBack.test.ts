import { describe, expect, it } from "vitest";
import type { CalledBack } from "../backend";
import type { Entry } from "../history/words";
import { calledBackOf } from "./calledBack";

const back = (at: string): CalledBack => ({ appointment: "7", at, ending: "0142" });
const call = (sent: string): Entry => ({ id: sent, call: { final: true, summary: "", sent } });

const TEN = "2027-05-03T10:00:00Z";
const NOON = "2027-05-03T12:00:00Z";

describe("calledBackOf", () => {
  it("is the newest of what was read and what was told live", () => {
    expect(calledBackOf(undefined, undefined, [])).toBeUndefined();
    expect(calledBackOf(back(TEN), undefined, [])?.at).toBe(TEN);
    expect(calledBackOf(back(TEN), back(NOON), [])?.at).toBe(NOON);
    expect(calledBackOf(back(NOON), back(TEN), [])?.at).toBe(NOON);
  });

  it("is no news once somebody has called since", () => {
    expect(calledBackOf(back(TEN), undefined, [call(NOON)])).toBeUndefined();
    expect(calledBackOf(back(NOON), undefined, [call(TEN)])?.at).toBe(NOON);
  });

  it("is none either once they were called in the second in which they rang, for a call is told in whole seconds", () => {
    expect(calledBackOf(back("2027-05-03T10:00:00.400Z"), undefined, [call(TEN)])).toBeUndefined();
  });
});
