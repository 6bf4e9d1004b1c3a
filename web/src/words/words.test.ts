import { afterEach, describe, expect, it } from "vitest";
import { bring, localeOf, PSEUDO, type Sentences, say, setLanguage, spokenIn } from ".";
import { en } from "./en";
import audit from "./en/audit";
import check from "./en/check";
import recording from "./en/recording";
import reviewer from "./en/reviewer";
import room from "./en/room";
import supervisor from "./en/supervisor";

const areas: Record<string, Sentences> = { ...en, audit, check, recording, reviewer, room, supervisor };

function all(of: Sentences, at: string): [code: string, sentence: string][] {
  return Object.entries(of).flatMap(([code, one]): [string, string][] =>
    typeof one === "string" ? [[`${at}.${code}`, one]] : all(one, `${at}.${code}`),
  );
}

describe("say", () => {
  afterEach(() => setLanguage("en-GB"));

  it("finds a sentence by its code, and its form by the count", () => {
    expect(say("shell:skip")).toBe("Skip to main content");
    expect(say("today:unread", { count: 1 })).toBe("1 appointment of this day could not be read.");
    expect(say("today:unread", { count: 2 })).toBe("2 appointments of this day could not be read.");
  });

  it("takes no code that is not in the catalogue", () => {
    // This is proved by the type checker: without an error it complains of the line before.
    // @ts-expect-error: there is no such sentence
    say("shell:skipp");
    // @ts-expect-error: there is no such area
    say("shelf:skip");
    // @ts-expect-error: an area must be named
    say("skip");
    // @ts-expect-error: the sentence has a gap
    say("today:unread");
    // @ts-expect-error: and it has a name
    say("today:unread", { number: 2 });
    expect(say("shell:skip")).not.toBe("shell:skip");
  });

  it("speaks English in any other language, with the forms of English", async () => {
    await setLanguage("pl-PL");
    expect(say("today:unread", { count: 5 })).toBe("5 appointments of this day could not be read.");
  });

  it("says everything in the pseudo-language bracketed, longer, and with the placeholders as they were", async () => {
    await setLanguage(PSEUDO);
    expect(say("shell:skip")).toBe("[Škîp ţö måîñ çöñţéñţ ~~~~~]");
    expect(say("today:unread", { count: 21 })).toMatch(/^\[21 åppöîñţméñţš .*~\]$/);
    bring("later", { hello: "Hello {{name}}" });
    const sayLater = say as (code: string, told: object) => string;
    expect(sayLater("later:hello", { name: "Hana" })).toMatch(/^\[Ĥéļļö Hana ~+\]$/);
  });

  it("is in the language of its sentences, and times are written in that language too", () => {
    expect(["en-GB", "en-US", "pl-PL", "cy", PSEUDO].map(spokenIn)).toEqual([
      "en-GB",
      "en-GB",
      "en-GB",
      "en-GB",
      PSEUDO,
    ]);
    const locales = {
      "en-GB": "en-GB",
      "en-US": "en-US",
      "cy-GB": "en-GB",
      cy: "en-GB",
      "de-DE": "en-DE",
      "ga-IE": "en-IE",
    };
    for (const [language, locale] of Object.entries(locales)) expect(localeOf(language), language).toBe(locale);
    expect(localeOf("tlh-AQ"), "a country without an English of its own").toBe("en-GB");
    expect(localeOf(PSEUDO)).toBe("en-GB");
  });
});

/** What only an operator knows: parties and their parts, and settings. words_test.go and api/sentences_test.go hold the service to the same. */
const OPERATORS =
  /\bTwilio|\bTwiML|\bwebhook|\btoken\b|\bFHIR\b|\bPub\/Sub\b|CallSid|\bSID\b|\bOAuth|\bOpenID|Communication\b|\b[A-Z]{2,}_[A-Z]/i;

describe("the catalogue", () => {
  it.each(Object.entries(areas))("of %s has typographic marks and whole sentences", (area, sentences) => {
    for (const [code, sentence] of all(sentences, area)) {
      expect(sentence, `${code}: straight apostrophes and quotation marks`).not.toMatch(/['"]/);
      expect(sentence, `${code}: three dots are one sign`).not.toContain("...");
      expect(sentence, `${code}: a piece to be glued`).toBe(sentence.trim());
      expect(sentence, `${code}: words of an operator`).not.toMatch(OPERATORS);
      expect(sentence, `${code}: British English`).not.toMatch(/\b(color|center|dialed|canceled|organization)/i);
    }
  });
});
