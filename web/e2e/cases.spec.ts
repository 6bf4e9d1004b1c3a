// What no tame day has, at each width: a group, long names, who has died, what cannot be read, a number in full, and a
// note that cannot be saved.
import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";

const SIZES = [
  { width: 390, height: 844 },
  { width: 640, height: 400 },
  { width: 820, height: 1180 },
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

/** One state at each width. */
async function wholeEverywhere(page: Page, state: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await isWhole(page, `${state} at ${size.width}`);
    await photograph(page, `case-${size.width}-${state}`);
  }
}

/** The names of the day's patients as long as names are, one of them without a space. */
async function longNames(page: Page): Promise<void> {
  await page.route(/\/bff_clinical\/v1\/appointments(\/[^/?]+)?(\?date=.*)?$/, async (route) => {
    const response = await route.fetch();
    const text = (await response.text())
      .replaceAll(
        /"name":"Ms Aisha Rahman"/g,
        '"name":"Ms Aisha Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"',
      )
      .replaceAll(
        /"name":"Mr David Pritchard"/g,
        '"name":"Mr David Llewellyn Cadwallader ap Rhydderch Pritchard the Younger"',
      );
    await route.fulfill({ response, body: text });
  });
}

for (const name of ["group", "deceased", "unreadable", "daughter"] as const) {
  test(`the appointment of a ${name}, with a number in full, at each width`, async ({ desk, world }) => {
    const visit = await world.unusual(name);
    const { page } = desk;
    await desk.signIn(visit.clinician);
    await expect(desk.row(visit.patient)).toBeVisible();
    await wholeEverywhere(page, `${name}-rows`);
    await page.goto(`${world.system.app}/appointments/${visit.id}`);
    await page
      .getByRole("button", { name: /^Show number ending \d{4} in full$/ })
      .first()
      .click();
    await expect(page.getByRole("button", { name: /^Copy the number/ })).toBeVisible();
    await wholeEverywhere(page, `${name}-open`);
  });
}

test("long names, and a note that cannot be saved, at each width", async ({ desk, world, guard }) => {
  guard.expectErrors(/503/);
  const { page } = desk;
  const visit = await world.visit("Adeyemi", "Rahman");
  await longNames(page);
  await page.route("**/bff_clinical/v1/calls/*/note", (route) => {
    const detail = "The service is not available at the moment.";
    const body = { code: "unavailable", detail, incident: "inc-1", title: "", type: "", status: 503 };
    return route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(body) });
  });
  await desk.signIn(visit.clinician, `/appointments/${visit.id}`);
  await wholeEverywhere(page, "long-names");
  await desk.talk(visit);
  await wholeEverywhere(page, "long-names-in-call");
  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.button("Add a note").click();
  await page.getByLabel("Note").fill("Asks for the letter.");
  await desk.button("Save").click();
  await expect(desk.dock.getByRole("alert")).toContainText("Not saved yet.");
  await wholeEverywhere(page, "not-saved");
});
