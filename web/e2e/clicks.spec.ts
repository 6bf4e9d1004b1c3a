// How many clicks a day takes, counted by the page itself: it is what people do all day.
import type { Page } from "@playwright/test";
import { hears } from "./ear";
import { expect, test } from "./fixtures";

/** Counts each press of the pointer, on this page and on the sign-in's, from now on. */
async function countClicks(page: Page): Promise<() => number> {
  let clicks = 0;
  await page.exposeFunction("clicked", () => {
    clicks++;
  });
  await page.addInitScript(() => {
    addEventListener(
      "click",
      (event) => event.isTrusted && (globalThis as unknown as { clicked(): void }).clicked(),
      true,
    );
  });
  return () => clicks;
}

test("from the page to speaking are three clicks, and to the next patient two", async ({ desk, world }) => {
  const { page } = desk;
  const [first, second] = [await world.visit("Adeyemi", "Pritchard"), await world.visit("Adeyemi", "Rahman")];
  for (const { number } of [first, second]) {
    await world.script(number, { outcome: "answer", ringSeconds: 1, talkSeconds: 0, voice: "tone:440" });
  }
  const clicks = await countClicks(page);
  await page.goto(world.system.app);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: first.clinician }).click();
  await desk.row(first.patient).getByRole("button", { name: /^Call/ }).click();
  await desk.says("Connected");
  await hears(page, 440);
  await expect.poll(clicks).toBe(3);

  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.row(second.patient).getByRole("button", { name: /^Call/ }).click();
  await desk.says("Connected");
  await expect(desk.dock).toContainText(second.patient);
  await expect.poll(clicks).toBe(5);
});
