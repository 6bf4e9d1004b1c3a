// A clinic of another country: how days are written is its own, what is said is English
// still, and a screen reader is told so.
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { LANGUAGE: "pl-PL" } });

test("in a clinic of another language, sentences and the days in them are read as the English that they are", async ({
  open,
  world,
}) => {
  const visit = await world.visit("Adeyemi", "Rahman");
  const page = await open({ locale: "pl-PL" });
  await page.goto(world.system.app);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: visit.clinician }).click();
  await expect(page.getByText(visit.patient).first()).toBeVisible();

  // WCAG 2.2, 3.1.1 and 3.1.2: no part is in another language than the page says.
  await expect(page.locator("html")).toHaveAttribute("lang", "en-GB");
  expect(await page.locator("body [lang]").count()).toBe(0);
  await expect(page.getByText(/^[A-Z][a-z]+day,? \d+ [A-Z][a-z]+ \d{4}$/)).toBeVisible();
  await page.getByRole("button", { name: /^Choose a day, now [A-Z][a-z]+day/ }).press("Enter");
  await expect(page.getByRole("columnheader").first()).toHaveText(/^Mon/);
  await photograph(page, "language-polish");
});
