// What the app says, by code: say("today:unread", { count: 2 }). The sentences are in
// en/; one of them is chosen by count where it has the plural's forms ("unread_one",
// "unread_other": CLDR's names).
import { createInstance } from "i18next";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: typeof en;
    defaultNS: false;
    returnNull: false;
  }
}

const catalogue = createInstance();

void catalogue.init({
  lng: "en-GB",
  fallbackLng: "en",
  resources: { en },
  ns: Object.keys(en),
  initAsync: false, // the sentences are here: nothing is waited for
  interpolation: { escapeValue: false }, // React escapes
});

/** A sentence by its code. */
export const say = catalogue.t;
