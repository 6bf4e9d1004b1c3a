// The pictures of the drawing (docs/pictures/drawn/screen.html), one a state and width, at which its words can be read:
// node e2e/drawn.mjs
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { findBrowser } from "./browser.mjs";

const drawn = new URL("../../docs/pictures/drawn/", import.meta.url);
const HEIGHTS = { 390: 844, 820: 900, 1280: 720 };

const PICTURES = [
  ...[390, 820, 1280].flatMap((width) => [
    ["today", width],
    ["after-it", width],
  ]),
  ...[390, 1280].flatMap((width) => [
    ["appointment", width],
    ["call", width],
  ]),
  ["failed", 1280],
  ["after-it", 1280, "dark"],
  ["call", 1280, "forced"],
];

const { path, env } = await findBrowser();
const browser = await chromium.launch({ executablePath: path, env: { ...process.env, ...env } });
for (const [state, width, colours] of PICTURES) {
  const page = await browser.newPage({
    viewport: { width, height: HEIGHTS[width] },
    colorScheme: colours === "dark" ? "dark" : "light",
    forcedColors: colours === "forced" ? "active" : "none",
  });
  await page.goto(`${new URL("screen.html", drawn)}?state=${state}&width=${width}`);
  const name = [state, width, colours].filter(Boolean).join("-");
  await page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, drawn)) });
  await page.close();
}
await browser.close();
