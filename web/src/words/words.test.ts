import { describe, expect, it } from "vitest";
import { say } from ".";

describe("say", () => {
  it("finds a sentence by its code, and its form by the count", () => {
    expect(say("shell:skip")).toBe("Skip to main content");
    expect(say("today:unread", { count: 1 })).toBe("1 appointment of this day could not be read.");
    expect(say("today:unread", { count: 2 })).toBe("2 appointments of this day could not be read.");
  });
});
