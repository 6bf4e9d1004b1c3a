import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { goesOffline } from "./turn";

const sentence =
  "The health record does not answer as it should at the moment. Please try again in a minute; if it stays so, tell your IT team.";

test("who is offline is told so, and when it is over", async ({ desk, guard }) => {
  guard.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi");
  expect(await goesOffline(page), "told at once").toContain("You are offline. Calls cannot be made");
  const notice = page.getByRole("status").filter({ hasText: "You are offline. Calls cannot be made" });
  await expect(notice).toBeVisible();
  await photograph(page, "offline");
  await page.context().setOffline(false);
  await expect(page.getByText("You are offline.")).toHaveCount(0);
  await expect(page.getByText("Live updates are paused.")).toHaveCount(0);
});

test("the end of an outage is noticed by the pages themselves", async ({ desk, world, guard }) => {
  guard.expectErrors(/503/);
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await desk.signIn(visit.clinician);
  await expect(desk.row(visit.patient)).toBeVisible();
  let away = true;
  await page.route("**/bff_clinical/v1/appointments**", async (route) => {
    if (!away) return route.continue();
    return route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      headers: { "Retry-After": "2" },
      body: JSON.stringify({
        code: "unavailable",
        reason: "record-away",
        detail: "",
        incident: "inc-1",
        title: "",
        type: "",
        status: 503,
      }),
    });
  });

  await page.reload();
  await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
  await expect(page.getByText("We keep trying. This page refreshes itself as soon as it works again.")).toBeVisible();
  await photograph(page, "outage-today");
  away = false;
  await expect(desk.row(visit.patient)).toBeVisible();
  await expect(page.getByText(sentence)).toHaveCount(0);

  await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
  await desk.ready();
  away = true;
  await page.reload();
  await expect(page.getByText(sentence)).toHaveCount(2); // the day's list beside it
  await photograph(page, "outage-appointment");
  away = false;
  await desk.ready();
  await expect(desk.history).toContainText(/No calls yet|Call /);
});
