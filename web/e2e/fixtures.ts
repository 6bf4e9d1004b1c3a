// What a test is given: the running system, browsers with fake microphones, a
// clinician's desk, and an eye on what no page may do.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  test as base,
  chromium,
  type Page,
} from "@playwright/test";
import { Desk } from "./desk";
import { hangEars } from "./ear";
import { Guard } from "./guard";
import { browserInUse, denyingFlags, recordDenial } from "./permission";
import { artefacts, toneFiles } from "./places";
import { type System, startSystem } from "./system";
import { type Sound, toneFile } from "./tones";
import { World } from "./world";

/** A microphone: what it hears, and how the browser answers when a page asks for it. */
export interface Microphone {
  sound: Sound | "none";
  /** granted without asking, or really denied by the browser. */
  permission: "granted" | "denied";
}

export interface PageOptions extends BrowserContextOptions {
  microphone?: Partial<Microphone>;
}

type OpenPage = (options?: PageOptions) => Promise<Page>;

interface WorkerFixtures {
  settings: Record<string, string>;
  system: System;
  browsers: Browsers;
}

/** The browsers of a worker, one for each microphone. */
interface Browsers {
  with: (microphone: Microphone) => Promise<Browser>;
  /** Nobody is given this one any more, and nobody waits for its end. */
  abandon: (browser: Browser) => Promise<void>;
}

interface TestFixtures {
  world: World;
  guard: Guard;
  /** A page in a context of its own, in a browser with that microphone. */
  open: OpenPage;
  desk: Desk;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  /** Settings of the service on top of the demo's own. A test.use of them starts another system. */
  settings: [{}, { scope: "worker", option: true }],

  system: [
    async ({ settings }, use) => {
      // A phone rings for as long as it may: a slow machine takes its time to look at it.
      const system = await startSystem({ CALLS_PER_MINUTE: "1000", CALL_RING_SECONDS: "600", ...settings });
      await use(system);
      await system.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],

  browsers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from here
    async ({}, use) => {
      const running = new Map<string, Promise<Browser>>();
      await use({
        with: (microphone) => {
          const key = JSON.stringify(microphone);
          const browser = running.get(key) ?? start(microphone);
          running.set(key, browser);
          return browser;
        },
        abandon: async (browser) => {
          for (const [key, one] of running) if ((await one) === browser) running.delete(key);
        },
      });
      for (const browser of running.values()) await (await browser).close();
    },
    { scope: "worker" },
  ],

  world: async ({ system }, use, info) => {
    const world = new World(system);
    await use(world);
    if (info.status !== info.expectedStatus) keepLog(info.title, system.log());
    await world.hush();
  },

  // biome-ignore lint/correctness/noEmptyPattern: as above
  guard: async ({}, use) => {
    const guard = new Guard();
    await use(guard);
    guard.check();
  },

  open: async ({ browsers, guard, system }, use, info) => {
    const contexts: BrowserContext[] = [];
    await use(async (options = {}) => {
      const { microphone, ...rest } = options;
      const browser = await browsers.with({ sound: 1000, permission: "granted", ...microphone });
      const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...rest });
      contexts.push(context);
      await guard.watch(context);
      const page = await context.newPage();
      await hangEars(page);
      if (microphone?.permission === "denied") await recordDenial(page, system.app);
      return page;
    });
    if (info.status !== info.expectedStatus) await lastLooks(contexts, info.title);
    for (const context of contexts) {
      const browser = context.browser();
      if (!(await closed(context)) && browser) await browsers.abandon(browser);
    }
  },

  desk: async ({ open, world }, use) => {
    await use(new Desk(await open(), world));
  },
});

export { expect } from "@playwright/test";

/** Whether a context has closed. Chromium now and then never says so when the last thing was a navigation: the
 * test is over by then, and the next one gets another browser. */
async function closed(context: BrowserContext): Promise<boolean> {
  let given: NodeJS.Timeout | undefined;
  const up = new Promise<boolean>((resolve) => {
    given = setTimeout(() => resolve(false), 30_000);
  });
  const done = await Promise.race([context.close().then(() => true), up]);
  clearTimeout(given);
  return done;
}

function start({ sound, permission }: Microphone): Promise<Browser> {
  const found = browserInUse();
  const args = [
    "--disable-quic",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.local",
  ];
  if (sound !== "none") {
    args.push("--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${toneFile(toneFiles, sound)}`);
  }
  args.push(...(permission === "granted" ? ["--use-fake-ui-for-media-stream"] : denyingFlags()));
  return chromium.launch({
    executablePath: found.path,
    args,
    env: { ...process.env, ...found.env } as Record<string, string>,
  });
}

function keepLog(title: string, log: string): void {
  mkdirSync(artefacts, { recursive: true });
  writeFileSync(join(artefacts, `failed-${fileName(title)}.log`), log);
}

async function lastLooks(contexts: BrowserContext[], title: string): Promise<void> {
  const pages = contexts.flatMap((context) => context.pages());
  for (const [i, page] of pages.entries()) {
    await page.screenshot({ path: join(artefacts, `failed-${fileName(title)}-${i + 1}.png`), fullPage: true });
  }
}

function fileName(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 80);
}
