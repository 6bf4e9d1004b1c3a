// How fluid the sandbox's console stays while a thousand calls come in, measured from the
// browser's own trace of the page's main thread. Judged is the processor's time that its
// tasks took: how long they stood while other programs had the processor is told beside
// it, and says something of the machine. Says of each bound whether it is met.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { findBrowser } from "./browser.mjs";

const calls = Number(process.env.CALLS ?? 1000);
const atOnce = 10;
const longTask = 50_000; // microseconds; the usual bound of what a person notices
const mostPerCall = 4_000; // microseconds of the page's thread: what one call costs however many come in a second
const mostShare = 0.3; // of the time: the thread has to be free for whoever clicks
const binary = process.env.CARELINE ?? fileURLToPath(new URL("../../bin/careline", import.meta.url));
if (!existsSync(binary)) throw new Error(`There is no ${binary}: run "make build" first.`);

const limits = ["CALLS_PER_MINUTE=1000000", "CALLS_AT_ONCE=1000000"].flatMap((one) => ["--set", one]);
const system = spawn(binary, ["demo", "--json", "--pace", "0.02", "--port", "0", "--console-port", "0", ...limits], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const addresses = await new Promise((resolve, reject) => {
    createInterface({ input: system.stdout }).once("line", (line) => resolve(JSON.parse(line)));
    system.once("exit", () => reject(new Error("careline demo ended before it was ready.")));
  });
  await measure(addresses.console);
} finally {
  system.kill("SIGTERM");
}

async function measure(console_) {
  const found = await findBrowser();
  const browser = await chromium.launch({ executablePath: found.path, env: { ...process.env, ...found.env } });
  const page = await browser.newPage();
  await page.goto(console_);
  await browser.startTracing(page, { categories: ["devtools.timeline", "blink.user_timing", "toplevel"] });
  await page.evaluate(() => performance.mark("begin"));
  await placeAll(console_);
  await page.waitForFunction(
    (want) =>
      document.querySelector(".filter [role=status]")?.textContent === `${want} calls` &&
      !document.querySelector(".calls .busy"),
    calls,
    { timeout: 600_000 },
  );
  await page.evaluate(() => performance.mark("end"));
  const trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  await browser.close();
  report(found.version, read(trace), nodes);
}

function report(version, { took, work, stood, draws }, nodes) {
  const share = (part) => `${((100 * part) / took).toFixed(1)} %`;
  const ms = (one) => `${Math.round(one / 1000)} ms`;
  const verdict = (met) => (met ? "met" : "MISSED");
  const load = loadavg()[0].toFixed(0);
  console.log(
    `Chromium ${version}, ${calls} calls, ${atOnce} at a time, ${Math.round(took / 1e6)} s; load ${load} on ${cpus().length} processors:`,
  );
  const cheap = work.all / calls <= mostPerCall;
  console.log(
    `  the page's work a call   ${(work.all / calls / 1000).toFixed(1)} ms, ${draws} drawings in all; at most ${ms(mostPerCall)}: ${verdict(cheap)}`,
  );
  const free = work.all / took <= mostShare;
  console.log(`  of the time              ${share(work.all)}; at most ${100 * mostShare} %: ${verdict(free)}`);
  const short = work.longest <= longTask;
  console.log(`  its longest task         ${ms(work.longest)}; at most ${ms(longTask)}: ${verdict(short)}`);
  console.log(
    `  by the clock             ${share(stood.all)}; the longest ${ms(stood.longest)}; in tasks over ${ms(longTask)} ${share(stood.long)}`,
  );
  console.log(`  elements on the page     ${nodes}`);
  if (!cheap || !free || !short) process.exitCode = 1;
}

async function placeAll(console_) {
  const state = await (await fetch(`${console_}/console/v1/state`)).json();
  const asks = state.clinic.appointments.flatMap((one) => {
    const number = state.clinic.members
      .find(({ id }) => id === one.patient)
      ?.phones.find((phone) => phone.number)?.number;
    return number ? [{ practitioner: one.practitioner, appointment: one.id, to: number }] : [];
  });
  let next = 0;
  const place = async () => {
    while (next < calls) {
      const body = JSON.stringify(asks[next++ % asks.length]);
      const answer = await fetch(`${console_}/console/v1/calls`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body,
      });
      if (!answer.ok) throw new Error(`A call was not placed: ${await answer.text()}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, place));
}

/** Microseconds between the marks, on the thread that set them. */
function read(events) {
  const mark = (name) => events.findLast((e) => e.name === name && e.cat.includes("user_timing"));
  const [begin, end] = [mark("begin"), mark("end")];
  if (!begin || !end) throw new Error("The trace lacks the marks.");
  const mine = events.filter((e) => e.pid === begin.pid && e.tid === begin.tid && e.ts >= begin.ts && e.ts <= end.ts);
  const tasks = mine.filter((e) => e.ph === "X" && e.name.endsWith("RunTask"));
  const sum = (list) => list.reduce((total, one) => total + one, 0);
  const told = (lengths) => ({
    all: sum(lengths),
    long: sum(lengths.filter((one) => one >= longTask)),
    longest: lengths.reduce((most, one) => Math.max(most, one), 0),
  });
  return {
    took: end.ts - begin.ts,
    work: told(tasks.map((e) => e.tdur ?? e.dur ?? 0)), // tdur: the thread's own time
    stood: told(tasks.map((e) => e.dur ?? 0)),
    draws: mine.filter((e) => e.name === "FireAnimationFrame").length,
  };
}
