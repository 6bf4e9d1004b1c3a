// Where the clinic may not call: nothing is offered that would be refused.
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { ALLOWED_COUNTRIES: "FR" } });

test("a number is not offered, and the reason is said beforehand", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.signIn(visit.clinician, `/appointments/${visit.id}`);
  const { page } = desk;
  const mobile = page.getByRole("radio", { name: /Mobile ending 0142/ });
  await expect(mobile).toBeDisabled();
  await expect(mobile).toHaveAccessibleDescription(/.+\.$/);
  await expect(desk.start).toContainText("None of the numbers in the record can be called.");
  await expect(desk.callButton).toHaveCount(0);
  await photograph(page, "numbers-refused");
});
