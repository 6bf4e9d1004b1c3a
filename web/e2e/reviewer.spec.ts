// A reviewer who is neither clinician nor auditor finds what was recorded, hears it, and deletes it with a reason.
import type { Page } from "@playwright/test";
import { isCleanAndFits } from "./clean";
import type { Desk } from "./desk";
import { hears, playsAt } from "./ear";
import { expect, type PageOptions, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";
import { recording } from "./several";
import type { Visit, World } from "./world";

// Clinicians are auditors and supervisors here besides, for a menu of all there is but one.
test.use({ settings: { ...recording, SESSION_AUDITOR_ROLE: "clinician", SESSION_SUPERVISOR_ROLE: "clinician" } });

const REVIEWER = "Mr Samuel Osei";

async function review(open: (options?: PageOptions) => Promise<Page>, world: World, options?: PageOptions) {
  const page = await open(options);
  await page.goto(`${world.system.app}/recordings`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: REVIEWER }).click();
  await expect(page.getByRole("heading", { name: "Recordings", level: 1 })).toBeVisible();
  return page;
}

/** Talks, records for a while, and ends the call. */
async function recorded(desk: Desk, visit: Visit): Promise<void> {
  await desk.open(visit);
  await desk.talk(visit);
  await desk.record();
  await hears(desk.page, 440);
  await expect.poll(() => desk.seconds()).toBeGreaterThanOrEqual(5);
  await desk.button("End call").click();
  await desk.says("Call ended");
}

test("a reviewer hears what was recorded, and deletes it with a reason", async ({ desk, guard, open, world }) => {
  guard.expectErrors(/403 \(Forbidden\).*\/recordings/); // asked for on purpose
  const page = await review(open, world);
  await expect(page.getByText("Nothing was recorded on these days.")).toBeVisible();
  await photograph(page, "reviewer-none");

  const visit = await world.visit("Adeyemi", "Ellis");
  await recorded(desk, visit);
  await page.reload();
  const call = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: visit.clinician }) });
  await expect(call).toContainText(`Patient: ${visit.patient}`);
  await expect(call).toContainText("The person called agreed to be recorded.");
  await call.getByRole("button", { name: /^Play Recording 1/ }).click();
  const sound = call.getByLabel(/^Sound of Recording 1/);
  await expect.poll(() => sound.evaluate((one: HTMLAudioElement) => one.currentTime)).toBeGreaterThan(0.5);
  const [clinician = 0, others = 0] = await playsAt(sound, 1000);
  expect(clinician, "the clinician is on the first channel alone").toBeGreaterThan(10 * others);
  await photograph(page, "reviewer-player");
  await call.getByRole("button", { name: "Close the player" }).click();

  await call.getByRole("button", { name: /^Delete Recording 1/ }).press("Enter");
  await call.getByRole("button", { name: "Delete for good" }).click();
  await expect(call.getByRole("alert")).toHaveText("Write why it is deleted.");
  await isCleanAndFits(page, "the reason");
  await photograph(page, "reviewer-reason");
  await call.getByLabel("Why is it deleted?").fill("Recorded by mistake");
  await call.getByRole("button", { name: "Delete for good" }).click();
  await expect(call).toContainText("Deleted by a reviewer");
  await expect(call.getByRole("button")).toHaveCount(0);
  await expect(call.locator(":focus")).toContainText("Deleted by a reviewer");

  // The days stand in the address; what is deleted is told there as well.
  await page.getByRole("button", { name: "Last 7 days" }).click();
  await expect(page).toHaveURL(/from=.*to=/);
  await expect(call).toContainText("Deleted by a reviewer");
  await page.getByRole("button", { name: "Yesterday" }).click();
  await expect(page.getByText("Nothing was recorded on these days.")).toBeVisible();

  // A clinician finds no list of it, and no link to one.
  await expect(desk.page.getByRole("link", { name: "Recordings" })).toHaveCount(0);
  await desk.page.goto(`${world.system.app}/recordings`);
  await expect(desk.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

test("whoever has several roles finds the page of each, in a menu that fits", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await desk.signIn(visit.clinician);
  for (const width of [320, 390, 820, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.getByRole("link", { name: "Today", exact: true }).click();
    await expect(desk.row(visit.patient)).toBeVisible();
    await isWhole(page, `Today at ${width}`);
    await photograph(page, `roles-${width}`);
    await page.getByRole("link", { name: "Live calls" }).click();
    await expect(page.getByRole("heading", { name: "Live calls", level: 1 })).toBeVisible();
    await isCleanAndFits(page, `live calls at ${width}`);
    await page.getByRole("link", { name: "Calls", exact: true }).click();
    await expect(page.getByRole("heading", { name: "Calls", level: 1 })).toBeVisible();
  }
});

for (const colours of ["light", "dark", "forced"] as const) {
  test(`recordings fit and are accessible, in ${colours} colours`, async ({ desk, open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    await recorded(desk, visit);
    const page = await review(
      open,
      world,
      colours === "forced" ? { forcedColors: "active" } : { colorScheme: colours },
    );
    await page
      .getByRole("button", { name: /^Play Recording 1/ })
      .first()
      .click();
    for (const width of [320, 390, 820, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await isWhole(page, `recordings at ${width}`);
      await isCleanAndFits(page, `recordings at ${width}`);
      await photograph(page, `reviewer-${colours}-${width}`);
    }
  });
}
