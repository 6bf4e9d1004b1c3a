// What the app says, by code: say("today:unread", { count: 2 }). The sentences are in
// en/; one of them is chosen by count where it has the plural's forms ("unread_one",
// "unread_other": CLDR's names). A code that is not there is a type error. Say things
// when they are shown, never while a module is loaded: the language is chosen after that.
import { createInstance } from "i18next";
import type { Code, Told } from "./code";
import { en } from "./en";

/** The language of the tests: English in which every sentence of the catalogue can be told from anything else. */
export const PSEUDO = "en-XA";

/** The language that the catalogue is written in. */
const SENTENCES = "en-GB";

/** Sentences of an area, nested or not. */
export interface Sentences {
  readonly [code: string]: string | Sentences;
}

const catalogue = createInstance();

void catalogue.init({
  lng: SENTENCES,
  fallbackLng: "en",
  resources: { en },
  ns: Object.keys(en),
  initAsync: false, // the sentences are here: nothing is waited for
  interpolation: { escapeValue: false }, // React escapes
});

export type { Code } from "./code";

/** A sentence by its code, its gaps filled with what it is told. */
export function say<C extends Code>(code: C, ...told: Told<C>): string {
  const sentence: string = code;
  return catalogue.t(sentence, told[0] ?? {}) as string;
}

/** Adds the sentences of an area that is not loaded with the first page; the area's own modules say things only after it. */
export function bring(area: string, sentences: Sentences): void {
  catalogue.addResourceBundle("en", area, sentences);
}

/** To be waited for before anything is shown. Sentences stay English; numbers choose among their forms by the language. */
export async function setLanguage(language: string): Promise<void> {
  if (language === PSEUDO) {
    const { accented } = await import("./pseudo");
    const add = (area: string) => {
      catalogue.addResourceBundle(PSEUDO, area, accented(catalogue.getResourceBundle("en", area) as Sentences));
    };
    for (const area of Object.keys(catalogue.store.data.en ?? {})) add(area);
    catalogue.store.on("added", (of: string, area: string) => {
      if (of === "en") add(area);
    });
  }
  await catalogue.changeLanguage(language);
}

/** The language of what is said, for a screen reader: that of the sentences, however times are written. */
export function spokenIn(language: string): string {
  return language === PSEUDO ? PSEUDO : SENTENCES;
}

/**
 * For Intl. A day's name within an English sentence is English too: of a language that is another, its country's English
 * is written where there is one ("cy-GB": en-GB, "de-DE": en-DE), and elsewhere that of the sentences.
 */
export function localeOf(language: string): string {
  if (language === PSEUDO) return SENTENCES;
  const { language: tongue, region } = new Intl.Locale(language).maximize();
  if (tongue === "en") return language;
  const english = `en-${region}`;
  return new Intl.DateTimeFormat(english).resolvedOptions().locale === english ? english : SENTENCES;
}
