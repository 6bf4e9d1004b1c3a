// How long the app takes until it can be used, with a warm cache: measured from the
// browser's own trace, from the start of the navigation until the day's list is there
// and the main thread has no long task left. Prints figures; passes no judgement.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { findBrowser } from "./browser.mjs";

const rounds = 9;
const longTask = 50_000; // microseconds; the usual bound of what a person notices
const binary = process.env.CARELINE ?? fileURLToPath(new URL("../../bin/careline", import.meta.url));
if (!existsSync(binary)) throw new Error(`There is no ${binary}: run "make build" first.`);

const system = spawn(binary, ["demo", "--json", "--port", "0", "--console-port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const addresses = await new Promise((resolve, reject) => {
    createInterface({ input: system.stdout }).once("line", (line) => resolve(JSON.parse(line)));
    system.once("exit", () => reject(new Error("careline demo ended before it was ready.")));
  });
  await measure(addresses.app);
} finally {
  system.kill("SIGTERM");
}

async function measure(app) {
  const found = await findBrowser();
  const browser = await chromium.launch({ executablePath: found.path, env: { ...process.env, ...found.env } });
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const look = new MutationObserver(() => {
      if (!document.querySelector('a[href*="/appointments/"]')) return;
      performance.mark("day-shown");
      look.disconnect();
    });
    look.observe(document, { childList: true, subtree: true });
  });
  const open = page.locator("a[data-row]").first();
  await page.goto(app);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Adeyemi" }).click();
  await open.waitFor();
  const results = [];
  for (let i = 0; i < rounds; i++) {
    await browser.startTracing(page, { categories: ["devtools.timeline", "blink.user_timing", "toplevel"] });
    await page.reload();
    await open.waitFor();
    await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)));
    results.push(read(JSON.parse((await browser.stopTracing()).toString()).traceEvents));
  }
  await browser.close();
  const median = (pick) => results.map(pick).sort((a, b) => a - b)[Math.floor(rounds / 2)];
  const ms = (n) => `${Math.round(n / 1000)} ms`;
  console.log(`Chromium ${found.version}, warm cache, median of ${rounds} loads (slowest in brackets):`);
  console.log(
    `  the day is shown after  ${ms(median((r) => r.shown))} (${ms(Math.max(...results.map((r) => r.shown)))})`,
  );
  console.log(
    `  interactive after       ${ms(median((r) => r.interactive))} (${ms(Math.max(...results.map((r) => r.interactive)))})`,
  );
}

/** Microseconds from the start of the navigation. */
function read(events) {
  const mark = events.findLast((e) => e.name === "day-shown" && e.cat.includes("user_timing"));
  if (!mark) throw new Error("The trace lacks the mark.");
  const shown = mark.args.data.startTime * 1000; // told in milliseconds since the navigation's start
  const start = mark.ts - shown;
  // Interactive: the list is there, and the last long task of the main thread that followed the navigation is over.
  const long = events.filter(
    (e) => e.ph === "X" && e.pid === mark.pid && e.tid === mark.tid && e.ts > start && (e.dur ?? 0) >= longTask,
  );
  const quiet = Math.max(mark.ts, ...long.map((e) => e.ts + e.dur));
  return { shown, interactive: quiet - start };
}
