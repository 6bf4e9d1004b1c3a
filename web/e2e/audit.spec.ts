import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import type { World } from "./world";

const AUDITOR = "Ms Edith Warren";

async function isClean(page: Page, where: string): Promise<void> {
  const wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(wanted).setLegacyMode(true).analyze();
  expect(
    violations.flatMap(({ id, nodes }) => nodes.map((n) => `${id}: ${n.html}`)),
    `axe on ${where}`,
  ).toEqual([]);
}

/** Nothing reaches beyond the page's width. */
async function fits(page: Page): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(window ?? 0);
}

async function signIn(page: Page, world: World, path: string): Promise<void> {
  await page.goto(world.system.app + path);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: AUDITOR }).click();
}

test("an auditor finds every call, reads one, has them as a table, and cannot dial", async ({
  desk,
  guard,
  open,
  world,
}) => {
  guard.expectErrors(/403 \(Forbidden\).*\/(appointments|access-token|audit\/calls)/); // asked for on purpose
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "busy", ringSeconds: 1 });
  await desk.open(visit);
  await desk.call();
  await desk.says("Line busy");

  const page = await open({ acceptDownloads: true });
  await signIn(page, world, "/calls");
  await expect(page.getByRole("heading", { name: "Calls", level: 1 })).toBeVisible();
  const row = page.getByRole("row").filter({ hasText: visit.patient }).first();
  await expect(row).toContainText(visit.clinician);
  await expect(row).toContainText(/line was busy|Declined/);
  await photograph(page, "audit-calls");

  // Filters stand in the address, and leave what they are about.
  await page.getByLabel("Outcome").selectOption({ label: "Not placed" });
  await expect(page.getByText("No calls that match.")).toBeVisible();
  await expect(page).toHaveURL(/outcome=refused/);
  await photograph(page, "audit-none");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByLabel("Clinician").selectOption({ label: visit.clinician });
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await expect(row).toBeVisible();

  const [table] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download as CSV" }).click(),
  ]);
  expect(table.suggestedFilename()).toMatch(/^calls-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/);
  const text = readFileSync(await table.path(), "utf8");
  expect(text).toMatch(/^call,asked_utc,asked_clinic,/);
  expect(text).toContain(visit.patient);
  expect(text).not.toContain(visit.number);

  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
  await expect(page.getByText("Version 2")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Copy/ }).first()).toBeVisible();
  expect(await page.getByRole("button", { name: /^Call / }).count()).toBe(0);
  await photograph(page, "audit-one");
  await page.getByRole("link", { name: "All calls" }).click();
  await expect(page.getByLabel("Clinician")).toHaveValue(/.+/);

  // The service lets nobody dial who is no clinician, whatever a page asks.
  const refused = await page.evaluate(async () => {
    const kept = JSON.stringify({ ...sessionStorage, ...localStorage });
    const token = /eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(kept)?.[0] ?? "";
    const headers = { Authorization: `Bearer ${token}` };
    const asked = await Promise.all([
      fetch("/bff_clinical/v1/me", { headers }).then((r) => r.json()),
      fetch("/bff_clinical/v1/twilio/access-token", { method: "POST", headers }).then((r) => r.status),
      fetch("/bff_clinical/v1/appointments", { headers }).then((r) => r.status),
    ]);
    return asked;
  });
  expect(refused).toEqual([{ clinician: false, auditor: true }, 403, 403]);

  // A clinician finds none of it, and no link to it.
  await expect(desk.page.getByRole("link", { name: "Calls" })).toHaveCount(0);
  await desk.page.goto(`${world.system.app}/calls`);
  await expect(desk.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

for (const colours of ["light", "dark", "forced"] as const) {
  test(`the auditor's pages fit and are accessible, in ${colours} colours`, async ({ desk, open, world }) => {
    const visit = await world.visit("Adeyemi", "Pritchard");
    await world.script(visit.number, { outcome: "busy", ringSeconds: 1 });
    await desk.open(visit);
    await desk.call();
    await desk.says("Line busy");
    const page = await open(
      colours === "forced" ? { forcedColors: "active" } : { colorScheme: colours as "light" | "dark" },
    );
    await signIn(page, world, "/calls");
    const row = page.getByRole("row").filter({ hasText: visit.patient }).first();
    await expect(row).toBeVisible();
    for (const width of [390, 768, 1024, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      await fits(page);
      if (colours !== "forced" || width === 1280) await photograph(page, `audit-${colours}-${width}`);
    }
    await isClean(page, "all calls");
    await row.getByRole("link").click();
    await expect(page.getByText("Version 1", { exact: true })).toBeVisible();
    await isClean(page, "one call");
    for (const width of [390, 768]) {
      await page.setViewportSize({ width, height: 900 });
      await fits(page);
      await photograph(page, `audit-${colours}-one-${width}`);
    }
  });
}
