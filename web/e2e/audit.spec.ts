import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { isWhole } from "./layout";
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

/** 640 × 400 is a window of 1280 × 800 at 200 %, 512 one of 1024. */
const SIZES = [
  [390, 900],
  [512, 384],
  [640, 400],
  [768, 1024],
  [820, 1180],
  [1024, 768],
  [1280, 800],
  [1920, 1080],
] as const;

/** The filters' names stand in one line, as do their fields, wherever two of them stand side by side. */
async function standInLine(page: Page, where: string): Promise<void> {
  const tops = async (what: string) => {
    const all = page.getByRole("group", { name: "Which calls" }).locator(what);
    return all.evaluateAll((found) => found.map((one) => Math.round(one.getBoundingClientRect().top * 10) / 10));
  };
  const [names, fields] = [await tops("label"), await tops("select, input, button[aria-controls]")];
  expect(names.length, where).toBe(6);
  expect(fields.length, where).toBe(names.length);
  const lines = new Set(names.map((top) => Math.round(top / 20))).size;
  expect([new Set(names).size, new Set(fields).size], `${where}: ${names} over ${fields}`).toEqual([lines, lines]);
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
  const after = desk.page.getByRole("region", { name: "After the call" });
  await after.getByRole("radio", { name: "Could not be reached", exact: true }).check();
  await after.getByRole("button", { name: "Add a note" }).click();
  await after.getByLabel("Note").fill("Rings back at five.");
  await after.getByRole("button", { name: "Save" }).click();
  await expect(after.getByRole("status")).toHaveText("Saved.");

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
  expect(text).toContain("not-reached,Rings back at five.,");
  expect(text).not.toContain(visit.number);

  // One patient's calls, by what the health record calls them.
  await row.getByRole("link").click();
  await page.getByRole("link", { name: "All calls of this patient" }).click();
  await expect(page.getByLabel("Patient")).toHaveValue(/^Patient\/./);
  await expect(row).toContainText("Could not be reached");
  await page.getByLabel("Patient").fill("Patient/nobody-1");
  await page.getByLabel("Patient").press("Enter");
  await expect(page.getByText("No calls that match.")).toBeVisible();
  await page.getByLabel("Patient").fill("Margaret");
  await page.getByLabel("Patient").press("Enter");
  await expect(page.getByText("This names no patient")).toBeVisible();
  await photograph(page, "audit-patient");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page.getByLabel("Patient")).toHaveValue("");

  await row.getByRole("link").click();
  await expect(page.getByRole("heading", { name: "What happened" })).toBeVisible();
  await expect(page.getByText("Note of the clinician")).toBeVisible();
  await expect(page.getByText("Rings back at five.")).toBeVisible();
  await expect(page.getByText("Version 2")).toBeVisible();
  await expect(page.getByRole("button", { name: /^Copy/ }).first()).toBeVisible();
  expect(await page.getByRole("button", { name: /^Call / }).count()).toBe(0);
  await photograph(page, "audit-one");
  await page.getByRole("link", { name: "All calls", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Calls", level: 1 })).toBeVisible();

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
    await page.getByLabel("Outcome").selectOption({ label: "The line was busy" }); // one more control: to clear them
    await expect(row).toBeVisible();
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await isWhole(page, `all calls at ${width}`);
      await standInLine(page, `all calls at ${width}`);
      if (colours !== "forced" || width === 1280) await photograph(page, `audit-${colours}-${width}`);
    }
    await isClean(page, "all calls");
    await row.getByRole("link").click();
    await expect(page.getByText("Version 1", { exact: true })).toBeVisible();
    await isClean(page, "one call");
    for (const [width, height] of SIZES) {
      await page.setViewportSize({ width, height });
      await isWhole(page, `one call at ${width}`);
      if (width === 390 || width === 820) await photograph(page, `audit-${colours}-one-${width}`);
    }
  });
}
