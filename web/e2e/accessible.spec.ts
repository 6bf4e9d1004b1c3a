import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";

async function isClean(page: Page, where: string): Promise<void> {
  const wanted = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await new AxeBuilder({ page }).withTags(wanted).setLegacyMode(true).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((n) => `${id} (${help}): ${n.html} ${n.failureSummary}`),
  );
  expect(found, `axe on ${where}`).toEqual([]);
}

for (const colours of ["light", "dark", "forced"] as const) {
  test(`axe finds nothing, in ${colours} colours`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    const colorScheme = colours === "dark" ? "dark" : "light";
    const forcedColors = colours === "forced" ? "active" : "none";
    const desk = new Desk(await open({ colorScheme, forcedColors }), world);
    const { page } = desk;
    const handset = new Handset(await open({ colorScheme, microphone: { sound: 1500 } }), world);
    await handset.open(visit);
    await isClean(handset.page, "the phone, idle");
    await page.goto(world.system.app);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await isClean(page, "sign-in");
    await desk.signIn(visit.clinician);
    await expect(page.getByRole("link", { name: new RegExp(`Open ${visit.patient}`) })).toBeVisible();
    await isClean(page, "Today");
    await photograph(page, `axe-${colours}-today`);
    await page.getByRole("button", { name: /^Choose a day/ }).click();
    await isClean(page, "the calendar");
    await page.keyboard.press("Escape");
    await desk.account();
    await isClean(page, "the account's panel");
    await photograph(page, `axe-${colours}-account`);
    await page.keyboard.press("Escape");

    await page.getByRole("link", { name: new RegExp(`Open ${visit.patient}`) }).click();
    await desk.ready();
    await isClean(page, "an appointment");
    await world.script(visit.number, { outcome: "answer", talkSeconds: 0 });
    await desk.call();
    await desk.says("Calling…");
    await isClean(page, "calling");
    await handset.says(/^Ringing/);
    await isClean(handset.page, "the phone, ringing");
    await photograph(handset.page, `axe-${colours}-phone-ringing`);
    await handset.button("Answer").click();
    await desk.says("Connected");
    await isClean(page, "connected");
    await isClean(handset.page, "the phone in a call");
    await desk.button("Keypad").click();
    await isClean(page, "the keypad");
    await photograph(page, `axe-${colours}-keypad`);
    await desk.button("Mute").click();
    await desk.says("Connected, you are muted");
    await isClean(page, "muted");
    await desk.button("End call").click();
    await desk.says("Call ended", "Ended by you");
    await isClean(page, "ended");
    await photograph(page, `axe-${colours}-ended`);

    await world.script(visit.number, { outcome: "busy" });
    await desk.button("Call again").click();
    await desk.says("Line busy");
    await isClean(page, "busy");
    await page.getByRole("link", { name: "Check your equipment" }).click();
    await expect(page.getByRole("button", { name: "Start the check" })).toBeVisible();
    await isClean(page, "the check, before");
    await page.getByRole("button", { name: "Start the check" }).click();
    await expect(page.getByRole("button", { name: "Yes, I heard it" })).toBeVisible();
    await isClean(page, "the check, after");
    await photograph(page, `axe-${colours}-check`);
  });
}

test("in forced colours what is chosen is told by the system's own colours", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const desk = new Desk(await open({ forcedColors: "active" }), world);
  const { page } = desk;
  await desk.open(visit);
  const looks = (one: Locator) =>
    one.evaluate((it) => {
      const { backgroundColor, outlineStyle, outlineColor } = getComputedStyle(it);
      return `${backgroundColor} ${outlineStyle} ${outlineColor}`;
    });
  const chosen = page.getByRole("button", { name: /^All \d/ });
  const other = page.getByRole("button", { name: /^Not yet called/ });
  expect(await looks(chosen)).not.toBe(await looks(other));
  expect(await looks(desk.row(visit.patient)), "the open appointment's row").not.toBe(await looks(desk.row("Rahman")));
  await photograph(page, "forced-colours");
});

test("from the sign-in to the end of a call with the keyboard alone", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await world.script(visit.number, { outcome: "answer", ringSeconds: 1, talkSeconds: 0, voice: "tone:440" });
  await page.goto(world.system.app);
  await tabTo(page, /^Sign in$/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Who is signing in?" })).toBeVisible();
  await tabTo(page, /Grace Adeyemi/);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await tabTo(page, new RegExp(`^Open ${visit.patient}`));
  await page.keyboard.press("Enter");
  await expect(desk.callButton).toBeVisible();
  await tabTo(page, new RegExp(`^Call ${visit.patient}$`));
  await page.keyboard.press("Enter");
  // The focus goes to the words of the call; its controls come next.
  await desk.says("Connected");
  await expect(desk.band).toBeFocused();
  await page.keyboard.press("m");
  await desk.says("Connected, you are muted");
  await page.keyboard.press("m");
  await desk.says("Connected");
  await page.keyboard.press("k");
  await page.keyboard.press("5");
  await expect(desk.dock.getByTestId("typed")).toHaveText("5");
  await page.keyboard.press("Escape");
  await expect(desk.button("Keypad")).toBeFocused();
  await tabTo(page, /^End call$/);
  await page.keyboard.press("Enter");
  await desk.says("Call ended", "Ended by you");
  await expect(desk.band).toBeFocused();
  await tabTo(page, /^Call again$/);
});

/** Presses Tab until what has the focus is called so; it must be seen to have it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const { called } = await focused(page);
    if (!name.test(called)) continue;
    // A page that has just been opened may be read before its style sheet is there.
    await expect.poll(async () => (await focused(page)).ring, `the focus on ${called} is visible`).toBe(true);
    return;
  }
  throw new Error(`Tab does not lead to ${name}.`);
}

/** What has the focus is called, and whether one sees that it has. */
function focused(page: Page): Promise<{ called: string; ring: boolean }> {
  return page.evaluate(() => {
    const one = document.activeElement as HTMLElement | null;
    if (!one) return { called: "", ring: false };
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return {
      called: (one.ariaLabel ?? one.innerText).trim(),
      ring: outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2,
    };
  });
}

test("what a screen reader is told: states once, no timer, failures as alerts", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await desk.open(visit);
  await desk.call();
  const status = desk.page.getByRole("status");
  await expect(status.filter({ hasText: `Calling ${visit.patient}` })).toBeAttached();
  await world.rings(visit.number);
  await world.act(visit.number, "answer");
  await expect(status.filter({ hasText: /^Connected$/ })).toBeAttached();
  await expect(desk.timer).toHaveAttribute("aria-live", "off");
  await world.act(visit.number, "hangup");
  await expect(status.filter({ hasText: /Call ended after \d+ seconds?/ })).toBeAttached();
  await world.script(visit.number, { outcome: "failed" });
  await desk.button("Call again").click();
  await expect(desk.page.getByRole("alert").filter({ hasText: "The call did not go through" })).toBeAttached();
});

test("at 320 pixels nothing is cut off or scrolls sideways", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const desk = new Desk(await open({ viewport: { width: 320, height: 640 } }), world);
  const { page } = desk;
  await page.goto(world.system.app);
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await fits(page, "narrow-sign-in");
  await desk.signIn(visit.clinician);
  await expect(page.getByRole("link", { name: new RegExp(`Open ${visit.patient}`) })).toBeVisible();
  await fits(page, "narrow-today");
  await page.getByRole("link", { name: new RegExp(`Open ${visit.patient}`) }).click();
  await desk.ready();
  await fits(page, "narrow-ready");
  await desk.talk(visit);
  await desk.button("Keypad").click();
  await fits(page, "narrow-keypad");
  await page.getByRole("link", { name: "Today", exact: true }).click();
  await expect(desk.dock).toBeVisible();
  await fits(page, "narrow-call-on-today");
  await desk.dock.getByRole("button", { name: "End call" }).click();
  await page.getByRole("link", { name: "Check your equipment" }).click();
  await expect(page.getByRole("button", { name: "Start the check" })).toBeVisible();
  await fits(page, "narrow-check");
});

async function fits(page: Page, name: string): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  expect(scroll, `${name} needs no scrolling sideways`).toBeLessThanOrEqual(width);
  await photograph(page, name);
}
