import { type Finding, found } from "./finding";
import { say } from "./words";

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
  return systems.find(([, mark]) => mark.test(userAgent))?.[0] ?? say("check:browser.system");
}

// The four that Twilio supports for the Voice SDK, from the first versions that can show this app's styles (color-mix).
const oldest: Record<string, number> = { Chrome: 111, Edge: 111, Firefox: 113, Safari: 16 };

export function checkBrowser(around: Surroundings): Finding {
  const browser = browserOf(around.userAgent);
  const system = systemOf(around.userAgent);
  const theFour = say("check:browser.theFour");
  if (!around.canCall) {
    const says = browser
      ? say("check:browser.cannot", { ...browser, system })
      : say("check:browser.cannotUnknown", { system });
    return found("browser", "fail", says, theFour);
  }
  if (!browser) return found("browser", "warn", say("check:browser.untriedUnknown", { system }), theFour);
  const from = oldest[browser.name];
  if (from === undefined) {
    return found("browser", "warn", say("check:browser.untried", { ...browser, system }), theFour);
  }
  if (browser.version < from) {
    const update = say("check:browser.update", { name: browser.name, version: from });
    return found("browser", "fail", say("check:browser.tooOld", { ...browser, system }), update);
  }
  return found("browser", "pass", say("check:browser.works", { ...browser, system }));
}

export function checkSecure(around: Surroundings): Finding {
  if (around.secure) return found("https", "pass", say("check:https.works"));
  return found("https", "fail", say("check:https.fails"), say("check:https.todo"));
}
