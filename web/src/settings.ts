import { say } from "./words";

/** What the server tells the page, in the head of index.html. None of it is secret. */
export interface Settings {
  organisation: string;
  /** BCP 47: how times, days and numbers are written; "en-XA" is the pseudo-language of the tests. */
  language: string;
  /** IANA name; days and clock times are the clinic's. */
  timeZone: string;
  /** OpenID Connect issuer, where the clinician signs in. */
  issuer: string;
  clientId: string;
  /** Path that the app is served below: "" or "/some/path", without a slash at the end. */
  base: string;
  /** Voice signalling gateway to use instead of Twilio's own: ws:// or wss://. */
  signalling?: string;
  /** Twilio edge location; left out: the SDK's own choice. */
  edge?: string;
  /** Whether the Voice SDK may send its quality reports to Twilio. */
  publishEvents: boolean;
  version: string;
  /** The clinic's logo: an address below base, such as "brand/logo.svg". */
  brandLogo?: string;
  /** The accent: "#rrggbb"; white on it is readable. */
  brandColour?: string;
  helpUrl?: string;
  privacyUrl?: string;
  /** Where a patient's chart is; "{patient}" stands for the id. */
  chartUrl?: string;
  /** Minutes without any use after which the page locks; 0: never. */
  idleLockMinutes: number;
}

export class SettingsMissing extends Error {
  constructor() {
    super(say("backend:notServed"));
  }
}

export function readSettings(from: Document = document): Settings {
  const content = from.querySelector<HTMLMetaElement>('meta[name="careline-settings"]')?.content;
  if (!content?.startsWith("{")) throw new SettingsMissing();
  return JSON.parse(content) as Settings;
}
