import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { artefacts } from "./places";

/** Keeps a picture of a state that was reached. The window's title is seen by others too: it has no name. */
export async function photograph(page: Page, name: string): Promise<void> {
  expect(await page.title()).not.toMatch(
    /Ellis|Pritchard|Rahman|Whitaker|Okafor|Morgan|Sutherland|Cartwright|Finch|Sheikh|Barlow|Goddard|Ashby|Tully|Aziz|Keane|\d{5}/,
  );
  await page.screenshot({ path: join(artefacts, `${name}.png`), fullPage: true, animations: "disabled" });
}
