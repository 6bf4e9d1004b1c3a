import { existsSync, mkdirSync, rmSync } from "node:fs";
import { findBrowser } from "./browser.mjs";
import { artefacts, binary, toneFiles } from "./places";
import { writeTones } from "./tones";

/** What all workers share: the browser that was found, and the sounds of the fake microphones. */
export default async function setup(): Promise<void> {
  if (!existsSync(binary)) {
    throw new Error(`There is no ${binary}. Run "make build" first, or set CARELINE to the program to test.`);
  }
  rmSync(artefacts, { recursive: true, force: true });
  mkdirSync(toneFiles, { recursive: true });
  writeTones(toneFiles);
  process.env.CARELINE_E2E_BROWSER = JSON.stringify(await findBrowser());
}
