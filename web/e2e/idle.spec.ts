import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { IDLE_LOCK_MINUTES: "5" } });

test("a page that nobody uses locks itself, and opens as it was for the same person", async ({ desk, world }) => {
  const { page } = desk;
  const visit = await world.visit("Adeyemi", "Ellis");
  await page.clock.install();
  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.button("Add a note").click();
  const note = desk.dock.getByRole("textbox", { name: "Note" });
  await note.fill("Half a sente");

  await page.clock.fastForward("04:10");
  await expect(page.getByText("This page locks itself in a minute.")).toBeVisible();
  await photograph(page, "idle-soon");
  await page.mouse.move(200, 300);
  await expect(page.getByText("This page locks itself in a minute.")).toHaveCount(0);
  await page.clock.fastForward("04:10");
  await page.clock.fastForward("01:00");
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  await expect(page).toHaveTitle("Locked – Clinic calls");
  await expect(page.getByText(visit.patient)).toHaveCount(0);
  await expect(page.getByText("Half a sente")).toHaveCount(0);
  expect(await page.evaluate(() => sessionStorage.getItem("careline.session"))).toBeNull();
  await photograph(page, "idle-locked");

  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "Unlock" }).click();
  const beside = await opened;
  await expect(beside.getByRole("heading", { name: "Who is signing in?" }), "the person is asked").toBeVisible();
  const closed = beside.waitForEvent("close");
  await beside.getByRole("button", { name: visit.clinician }).click();
  await closed;
  await expect(page.getByRole("heading", { name: visit.patient, level: 1 })).toBeVisible();
  // What was being written was saved when the page said that it would lock.
  await expect(desk.dock.getByText("Half a sente")).toBeVisible();
  await expect(desk.dock.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
});

test("a new tab beside a locked one asks the person", async ({ desk, world }) => {
  const { page } = desk;
  await page.clock.install();
  await desk.signIn("Ms Grace Adeyemi");
  await page.clock.fastForward("05:10");
  await expect(page.getByRole("heading", { name: "Locked" })).toBeVisible();
  const second = await page.context().newPage();
  const asked = second.waitForRequest(/\/oauth2\/v1\/authorize/);
  await second.goto(world.system.app);
  await second.getByRole("button", { name: "Sign in" }).click();
  expect(new URL((await asked).url()).searchParams.get("prompt")).toBe("login");
});
