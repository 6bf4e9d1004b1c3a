// Pictures of the README that stand still.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import sharp from "sharp";
import { artefacts, pictures } from "./places";

/** Where the README's pictures go: kept in docs/ only on request. */
export const folder = process.env.UPDATE_PICTURES === "1" ? pictures : artefacts;

export async function keep(page: Page, name: string): Promise<void> {
  await write(name, await page.screenshot({ animations: "disabled", caret: "hide" }));
}

/** In few colours, so that a README is not heavy. */
export async function write(name: string, picture: Buffer): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await sharp(picture).png({ palette: true, quality: 90, effort: 8 }).toFile(join(folder, name));
}
