import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** Fails when axe finds anything, or the page scrolls sideways. */
export async function isCleanAndFits(page: Page, where: string): Promise<void> {
  const wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(wanted).setLegacyMode(true).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((one) => `${id} (${help}): ${one.html} ${one.failureSummary}`),
  );
  expect.soft(found, `axe on ${where}`).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect.soft(content, `${where} needs no scrolling sideways`).toBeLessThanOrEqual(window ?? 0);
}
