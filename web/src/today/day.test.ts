import { describe, expect, it } from "vitest";
import type { LastCall } from "../backend";
import { clinicTime } from "../clinictime";
import { lastCallee, lastCallWords } from "./day";

const time = clinicTime("Europe/London");
const words = (call: Partial<LastCall>) => lastCallWords({ final: true, summary: "", ...call }, time, 0);

describe("the last call", () => {
  it.each<[Partial<LastCall>, string, string]>([
    [{ status: "completed", durationSeconds: 363 }, "Answered, 6 min", "plain"],
    [{ status: "completed", answeredBy: "human" }, "Spoke", "plain"],
    // Nobody said that anybody spoke.
    [{ status: "completed" }, "Answered", "plain"],
    [{ status: "completed", answeredBy: "machine_start" }, "Left for voicemail", "warning"],
    [{ status: "completed", durationSeconds: 12, answeredBy: "machine_end_beep" }, "Left for voicemail", "warning"],
    [{ status: "completed", durationSeconds: 12, answeredBy: "fax" }, "A fax machine answered", "warning"],
    [{ status: "in-progress", answeredBy: "machine_start", final: false }, "Voicemail answered", "warning"],
    [{ status: "in-progress", final: false }, "In a call now", "good"],
    [{ status: "canceled" }, "Cancelled before answer", "plain"],
    [{ status: "busy" }, "Line busy", "warning"],
    [{ status: "busy", summary: "Declined" }, "Declined", "warning"],
    [{ status: "no-answer", endedBy: "clinician" }, "Cancelled before answer", "plain"],
    [{ status: "no-answer" }, "No answer", "warning"],
  ])("%o", (call, text, tone) => {
    expect(words(call)).toEqual({ text, tone });
  });

  it("is told when it began, as the history tells it", () => {
    expect(words({ status: "no-answer", at: "1970-01-01T08:12:00Z" }).text).toBe("No answer, 09:12");
    const [sent, at] = ["1970-01-01T08:12:00Z", "1970-01-01T08:24:00Z"];
    expect(words({ status: "completed", durationSeconds: 723, sent, at }).text).toBe("Answered, 12 min, 09:12");
  });

  it("names whom it went to where that is not plain", () => {
    const patients = [{ id: "p", name: "Margaret Ellis", phones: [] }];
    const to = (ref: string, more = {}, all = patients) =>
      lastCallee({ final: true, summary: "", recipient: { ref, ...more } }, all);
    expect(to("Patient/p")).toBeUndefined();
    expect(to("RelatedPerson/d", { name: "Anna Ellis", relation: "daughter" })).toBe("Anna Ellis (daughter)");
    expect(to("RelatedPerson/d", { name: "Anna Ellis" })).toBe("Anna Ellis (related person)");
    expect(to("RelatedPerson/d", { relation: "daughter" })).toBe("Daughter");
    expect(to("Patient/p", {}, [...patients, { id: "q", name: "John Ellis", phones: [] }])).toBe("Margaret Ellis");
    expect(lastCallee({ final: true, summary: "" }, patients)).toBeUndefined();
    expect(lastCallee({ final: true, summary: "", householdConfirmed: true }, patients)).toBe("The household");
  });
});
