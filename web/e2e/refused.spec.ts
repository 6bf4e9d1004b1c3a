import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { CALLS_PER_MINUTE: "1" } });

test("a refused call says why, and that nobody was called", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await desk.button("Call again").click();
  const reason = "You have placed many calls in a short time. Please wait a minute and try again.";
  await desk.says("The call was not placed", reason);
  await expect(desk.page.getByRole("alert").filter({ hasText: "not placed" })).toBeAttached();
  await expect(desk.history).toContainText(reason);
  await photograph(desk.page, "call-refused");
  expect((await world.phone(visit.number)).state).toBe("idle");
});
