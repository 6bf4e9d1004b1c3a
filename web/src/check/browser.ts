import { type Finding, found } from "./finding";

export interface Surroundings {
  userAgent: string;
  secure: boolean;
  /** The page can open the microphone and carry sound. */
  canCall: boolean;
}

export function surroundings(): Surroundings {
  return {
    userAgent: navigator.userAgent,
    secure: window.isSecureContext,
    // On an insecure page mediaDevices is missing in every browser: that is the page's fault.
    canCall:
      typeof RTCPeerConnection === "function" && (!window.isSecureContext || !!navigator.mediaDevices?.getUserMedia),
  };
}

interface Browser {
  name: string;
  version: number;
}

// Edge and Opera also call themselves Chrome, and Chrome calls itself Safari, so the order matters.
const marks: [name: string, mark: RegExp][] = [
  ["Edge", /Edg(?:A|iOS)?\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Samsung Internet", /SamsungBrowser\/(\d+)/],
  ["Firefox", /(?:Firefox|FxiOS)\/(\d+)/],
  ["Chrome", /(?:Chrome|HeadlessChrome|CriOS)\/(\d+)/],
  ["Safari", /Version\/(\d+)[\d.]*.*Safari\//],
];

export function browserOf(userAgent: string): Browser | undefined {
  for (const [name, mark] of marks) {
    const version = mark.exec(userAgent)?.[1];
    if (version !== undefined) return { name, version: Number(version) };
  }
  return undefined;
}

const systems: [name: string, mark: RegExp][] = [
  ["Android", /Android/],
  ["iOS", /iPhone|iPad/],
  ["Windows", /Windows/],
  ["ChromeOS", /CrOS/],
  ["macOS", /Mac OS X/],
  ["Linux", /Linux/],
];

export function systemOf(userAgent: string): string {
  return systems.find(([, mark]) => mark.test(userAgent))?.[0] ?? "unknown system";
}

// The four that Twilio supports for the Voice SDK, from the first versions that can show this app's styles (color-mix).
const oldest: Record<string, number> = { Chrome: 111, Edge: 111, Firefox: 113, Safari: 16 };

const theFour = "Use Chrome, Edge, Firefox or Safari.";

export function checkBrowser(around: Surroundings): Finding {
  const browser = browserOf(around.userAgent);
  const says = browser
    ? `${browser.name} ${browser.version} on ${systemOf(around.userAgent)}.`
    : `A browser we do not know on ${systemOf(around.userAgent)}.`;
  if (!around.canCall) return found("browser", "fail", `${says} This browser cannot make calls.`, theFour);
  const from = browser && oldest[browser.name];
  if (from === undefined) return found("browser", "warn", `${says} Calls are not tried out in it.`, theFour);
  if (browser && browser.version < from) {
    return found(
      "browser",
      "fail",
      `${says} This version is too old.`,
      `Update ${browser.name} to version ${from} or later.`,
    );
  }
  return found("browser", "pass", `${says} It can make calls.`);
}

export function checkSecure(around: Surroundings): Finding {
  if (around.secure) return found("https", "pass", "This page may use the microphone.");
  return found(
    "https",
    "fail",
    "This page was not opened over https.",
    "Open this page at its https address to make calls.",
  );
}
