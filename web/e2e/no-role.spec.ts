import { expect, test } from "./fixtures";
import { photograph } from "./picture";

const sentence = /Only clinicians may use this|Your account may not make calls here/;

// The clinic's sign-in service calls nobody so.
test.use({ settings: { SESSION_CLINICIAN_ROLE: "surgeon" } });

test("who has no role is told so, and not to check the connection", async ({ desk, guard }) => {
  guard.expectErrors(/status of 403/);
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi");
  await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
  await expect(page.getByText(/[Cc]heck your connection/)).toHaveCount(0);
  await photograph(page, "no-role-today");

  await page.goto(`${page.url().replace(/\/$/, "")}/check`);
  await page.getByRole("button", { name: "Start the check" }).click();
  const token = page.locator("[data-check=token]");
  await expect(token).toHaveAttribute("data-verdict", "fail");
  await expect(token).toContainText(sentence);
  await expect(token).not.toContainText(/connection|Sign out/);
  await expect(page.locator("[data-check=signalling]")).toHaveAttribute("data-verdict", "note");
  await photograph(page, "no-role-check");
});
