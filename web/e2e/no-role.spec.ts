import { expect, test } from "./fixtures";
import { photograph } from "./picture";

// The clinic's sign-in service calls nobody so.
test.use({ settings: { SESSION_CLINICIAN_ROLE: "surgeon", SESSION_AUDITOR_ROLE: "inspector" } });

test("who has no role is told so and whom to ask, and not to check the connection", async ({ desk, guard, world }) => {
  guard.expectErrors(/status of 403/); // the day is asked for before it is known who may see it
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi");
  for (const path of ["/", "/check", "/calls"]) {
    await page.goto(world.system.app + path);
    await expect(page.getByRole("heading", { name: "You cannot see appointments yet" })).toBeVisible();
    await expect(page.getByText(/Ask whoever manages accounts/)).toBeVisible();
    await expect(page.getByText(/[Cc]heck your connection/)).toHaveCount(0);
  }
  await photograph(page, "no-role");
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await expect(page.getByText("You are signed out.")).toBeVisible();
});
