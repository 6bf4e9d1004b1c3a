// What a page says that is neither in the catalogue nor told by the service. The page speaks
// the pseudo-language, whose sentences stand in brackets and end in waves: [Šîĝñ îñ ~~].
import type { Page } from "@playwright/test";
import service from "../src/words/en/service";

export class Ear {
  /** All texts that came as data: the service's answers and events, who signed in, the settings. */
  private readonly data = new Set<string>();

  /** Before the page is opened. */
  async listen(page: Page): Promise<void> {
    await page.exposeFunction("carelineTold", (text: string, from: string) => this.takeText(text, from));
    await page.addInitScript(() => {
      const told = (window as unknown as { carelineTold(text: string, from: string): void }).carelineTold;
      const send = window.fetch;
      window.fetch = async (...args) => {
        const response = await send(...args);
        void overhear(response.clone()).catch(() => {});
        return response;
      };
      async function overhear(response: Response) {
        const kind = response.headers.get("Content-Type") ?? "";
        if (kind.includes("json")) told(await response.text(), response.url);
        if (!kind.includes("event-stream")) return;
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ""; reader; ) {
          const { done, value } = await reader.read();
          if (done) return;
          const lines = (rest + value).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) if (line.startsWith("data:")) told(line.slice(5), response.url);
        }
      }
    });
  }

  private takeText(text: string, from = ""): void {
    try {
      this.take(JSON.parse(text), from);
    } catch {
      // cut short: told again, or shown nowhere
    }
  }

  /** Takes what is data: names, numbers, what people wrote; and the service's sentences only where the app has none. */
  private take(value: unknown, from = ""): void {
    if (typeof value === "object" && value !== null) {
      for (const [member, one] of Object.entries(value)) if (isData(value, member, from)) this.take(one, from);
    }
    if (typeof value !== "string") return;
    this.data.add(value);
    const claims = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(value)?.[1];
    if (claims) this.takeText(Buffer.from(claims, "base64url").toString());
  }

  /** Reads the page as it stands; returns what is strange on it. */
  async hear(page: Page): Promise<string[]> {
    const { texts, data } = await page.evaluate(read);
    for (const one of data) this.takeText(one);
    const strange = texts.filter((text) => this.rest(text) !== "");
    return [...new Set(strange.map((one) => one.trim().replaceAll(/\s+/g, " ")))];
  }

  /** What is left of a text without the catalogue's sentences, data, and what Intl writes of times. */
  private rest(text: string): string {
    let left = text;
    for (let before = ""; before !== left; ) {
      before = left;
      left = left.replaceAll(/\[[^[\]]*~\]/g, " ");
    }
    const known = [...this.data].filter((one) => one.length > 1).sort((a, b) => b.length - a.length);
    for (const one of known) left = left.replaceAll(one, " ");
    for (const one of CALENDAR) left = left.replaceAll(new RegExp(`\\b${one}\\b`, "g"), " ");
    return (left.match(/\p{L}{2,}/gu) ?? []).filter((word) => !NAMES.has(word)).join(" ");
  }
}

/** Words for a program: one that is shown as it came would be no data. */
const WORDS = new Set(["status", "outcome", "answeredBy", "endedBy", "role", "state", "consent", "mode", "direction"]);

function isData(of: object, member: string, from: string): boolean {
  if (WORDS.has(member)) return false;
  const told = of as Record<string, unknown>;
  const known = (codes: object, code: unknown) => typeof code === "string" && Object.hasOwn(codes, code);
  switch (member) {
    case "summary": // of an auditor's events and versions: how it stood then; of the call itself there is a code
      return from.includes("/audit/") && told.outcome === undefined;
    case "sentence": // of a refusal; of one country, its name is data
      return told.code === "country-not-allowed" || !known(service.refusal, told.code);
    case "reason": // of a failure; an appointment's is what somebody wrote
      return !known(service.failure, told.kind);
    case "title":
    case "detail": // of a problem
      return !known(service.code, told.code);
  }
  return true;
}

/** Names that are the same in every language, and keys' own names. */
const NAMES = new Set(["careline", "Esc"]);

const CALENDAR = (["long", "short"] as const).flatMap((width) => {
  const names = (options: Intl.DateTimeFormatOptions, step: number, count: number) =>
    Array.from({ length: count }, (_, n) =>
      new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + n * step)),
    );
  return [...names({ weekday: width }, 1, 7), ...names({ month: width }, 31, 12)];
});

/** In the page: all that is visible or accessible, and what of it is data that no answer told. */
async function read(): Promise<{ texts: string[]; data: string[] }> {
  const spoken = [
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "title",
    "placeholder",
    "alt",
  ];
  const texts: string[] = [document.title];
  const shown = (element: Element) => element.checkVisibility() && !element.closest("script, style, noscript, title");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement && shown(node.parentElement)) texts.push(node.textContent ?? "");
  }
  for (const element of document.body.querySelectorAll("*")) {
    if (!shown(element)) continue;
    for (const name of spoken) texts.push(element.getAttribute(name) ?? "");
    if (element instanceof HTMLTextAreaElement && element.readOnly) texts.push(element.value);
  }
  const settings = document.querySelector<HTMLMetaElement>('meta[name="careline-settings"]')?.content ?? "{}";
  const devices = (await navigator.mediaDevices.enumerateDevices()).map((one) => one.label);
  return { texts, data: [settings, JSON.stringify(devices)] };
}
