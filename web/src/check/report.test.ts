import { describe, expect, it } from "vitest";
import { browserOf, checkBrowser, checkSecure, systemOf } from "./browser";
import { conclusion, found, order, waiting } from "./finding";
import { reportFileName, reportText } from "./report";

const facts = {
  version: "1.2.3",
  at: new Date("2027-05-03T22:30:00Z"),
  timeZone: "Europe/London",
  language: "en-GB",
  origin: "https://calls.example.org",
};

const agents = {
  chrome:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  edge: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
  firefox: "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
  safari:
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
  phone:
    "Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
  opera:
    "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 OPR/123.0.0.0",
  old: "Mozilla/5.0 (Windows NT 6.1; rv:78.0) Gecko/20100101 Firefox/78.0",
};

describe("the browser", () => {
  it.each([
    [agents.chrome, "Chrome", 140, "Windows"],
    [agents.edge, "Edge", 140, "Windows"],
    [agents.firefox, "Firefox", 143, "Linux"],
    [agents.safari, "Safari", 18, "macOS"],
    [agents.phone, "Chrome", 140, "Android"],
    [agents.opera, "Opera", 123, "Windows"],
  ])("is told from %s", (agent, name, version, system) => {
    expect(browserOf(agent)).toEqual({ name, version });
    expect(systemOf(agent)).toBe(system);
  });

  it.each([
    ["a supported one", agents.chrome, true, "pass"],
    ["one that Twilio does not support", agents.opera, true, "warn"],
    ["an unknown one", "curl/8", true, "warn"],
    ["an old one", agents.old, true, "fail"],
    ["one without calls", agents.chrome, false, "fail"],
  ])("%s", (_, userAgent, canCall, verdict) => {
    expect(checkBrowser({ userAgent, canCall, secure: true }).verdict).toBe(verdict);
  });

  it("needs https", () => {
    expect(checkSecure({ userAgent: "", canCall: true, secure: true }).verdict).toBe("pass");
    expect(checkSecure({ userAgent: "", canCall: true, secure: false }).todo).toBe(
      "Open this page at its https address to make calls.",
    );
  });
});

describe("the conclusion", () => {
  const all = order.map((id) => found(id, "pass", "Fine."));

  it("waits for the last check", () => {
    expect(conclusion(waiting())).toBeUndefined();
    expect(conclusion([...all.slice(1), found("speaker", "running", "")])).toBeUndefined();
  });

  it.each([
    [[], "Everything works. You can make calls."],
    [[found("turn", "note", "Not used.")], "Everything works. You can make calls."],
    [[found("media", "warn", "")], "You can make calls. Something could be better."],
    [[found("media", "warn", ""), found("token", "fail", "")], "One thing does not work. See below what to do."],
    [[found("media", "fail", ""), found("token", "fail", "")], "2 things do not work. See below what to do."],
  ])("%#", (more, says) => {
    expect(conclusion([...all, ...more])?.says).toBe(says);
  });
});

describe("the report", () => {
  it("is plain text in the clinic's time", () => {
    const text = reportText(
      [
        found("https", "pass", "This page may use the microphone."),
        found("media", "fail", "No sound comes in.", "Ask IT."),
      ],
      facts,
    );
    expect(text).toBe(
      [
        "Call check",
        "Made 3 May 2027, 23:30:00 (Europe/London)",
        "App 1.2.3 at https://calls.example.org",
        "Result: One thing does not work. See below what to do.",
        "",
        "[Works] Secure page: This page may use the microphone.",
        "[Does not work] Sound in both directions: No sound comes in.",
        "    What to do: Ask IT.",
        "",
        "This report holds no names, phone numbers or passwords.",
        "",
      ].join("\n"),
    );
  });

  it("says so when it was not finished", () => {
    expect(reportText(waiting(), facts)).toContain("Result: The check was not finished.");
  });

  it("is named for the clinic's day", () => {
    expect(reportFileName({ ...facts, at: new Date("2027-05-03T23:30:00Z") })).toBe("call-check-2027-05-04.txt");
  });
});
