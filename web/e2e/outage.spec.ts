import { expect, test } from "./fixtures";
import { photograph } from "./picture";

const sentence = "The health record does not answer at the moment.";

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
        detail: sentence,
        incident: "inc-1",
        title: "",
        type: "",
        status: 503,
      }),
    });
  });

  await page.reload();
  await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
  await expect(page.getByText("We keep trying. This page renews itself when it works again.")).toBeVisible();
  await photograph(page, "outage-today");
  away = false;
  await expect(desk.row(visit.patient)).toBeVisible();
  await expect(page.getByText(sentence)).toHaveCount(0);

  await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
  await desk.ready();
  away = true;
  await page.reload();
  await expect(page.getByText(sentence)).toBeVisible();
  await photograph(page, "outage-appointment");
  away = false;
  await desk.ready();
  await expect(desk.history).toContainText(/No calls yet|Call /);
});
