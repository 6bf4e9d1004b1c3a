// A day of forty appointments: found in it what is looked for, and found again where one was.
import type { Page } from "@playwright/test";
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";

interface Listed {
  id: string;
  start?: string;
  status: string;
  reason?: string;
  patient: { id: string; name?: string } | null;
  lastCall: object | null;
  calledBack?: object;
}

const MADE_UP = 35;
const FAMILY_NAMES = ["Ashcombe", "Brook", "Calder", "Dunmore", "Étienne", "Fairley", "Garrick"];

/**
 * The service's own day, its appointments at its end, with as many made up before them: the sandbox's clinic has no such
 * day. They are listed, and cannot be opened.
 */
async function crowd(page: Page): Promise<void> {
  await page.route(/\/appointments(\?date=.*)?$/, async (route) => {
    const response = await route.fetch();
    const day = (await response.json()) as { appointments: Listed[] };
    const [first] = day.appointments;
    const from = Date.parse(first?.start ?? "") - MADE_UP * 300_000;
    const made = Array.from({ length: MADE_UP }, (_, i): Listed => {
      const start = new Date(from + i * 300_000).toISOString();
      const patient = {
        id: `made-${i}`,
        name: `${FAMILY_NAMES[i % 7]} ${i}`,
        birthDate: "1950-01-01",
        phones: [{ ending: "0000" }],
      };
      const missed = { status: "no-answer", final: true, summary: "No answer", at: start };
      const lastCall = i % 3 === 0 ? missed : null;
      return { id: `made-${i}`, start, end: start, status: "booked", reason: "Review", patient, lastCall } as Listed;
    });
    // What other tests have called in this world is theirs.
    const own = day.appointments.map((appointment) => ({ ...appointment, lastCall: null }));
    await route.fulfill({ response, json: { ...day, appointments: [...made, ...own] } });
  });
}

for (const viewport of [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
]) {
  test(`forty appointments at ${viewport.width} pixels: filters, search, keys, and back to where one was`, async ({
    open,
    world,
  }) => {
    const page = await open({ viewport });
    const visit = await world.visit("Adeyemi", "Rahman");
    await crowd(page);
    await page.goto(world.system.app);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: visit.clinician }).click();
    const rows = page.getByRole("list", { name: "Appointments" }).getByRole("listitem");
    await expect(rows).toHaveCount(40);
    await isWhole(page, "forty appointments");
    await photograph(page, `day-${viewport.width}-forty`);

    await page.getByRole("button", { name: "To call back 12" }).click();
    await expect(rows).toHaveCount(12);
    await expect(page.getByRole("status").filter({ hasText: "12 appointments shown" })).toBeAttached();
    await page.getByRole("button", { name: "All 40" }).click();

    // "/" leads to the search, from anywhere that is no field; accents and capitals do not matter.
    await page.keyboard.press("/");
    const search = page.getByRole("textbox", { name: "Search by name or reason" });
    await expect(search).toBeFocused();
    await page.keyboard.type("etienne 4");
    await expect(rows).toHaveCount(1);
    await photograph(page, `day-${viewport.width}-search`);
    await page.keyboard.press("Escape");
    await expect(rows).toHaveCount(40);
    await expect(search, "a key in the field is the field's").toHaveValue("");

    // Down the list by keys alone, into an appointment near its end, and back.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("End");
    await page.keyboard.press("k");
    await page.keyboard.press("j");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowUp");
    const row = page.getByRole("link", { name: new RegExp(`^Open ${visit.patient}`) });
    await expect(row).toBeFocused();
    await expect(row).toBeInViewport();
    const before = (await row.boundingBox())?.y ?? 0;
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: visit.patient })).toBeVisible();
    await photograph(page, `day-${viewport.width}-open`);
    await page.goBack();
    await expect(page.getByRole("heading", { level: 1, name: "Today" })).toBeVisible();
    await expect(row).toBeFocused();
    await expect.poll(async () => Math.abs(((await row.boundingBox())?.y ?? 0) - before)).toBeLessThan(4);

    // What was searched for is found again too, and is in no address.
    await search.fill("rahman");
    await expect(rows).toHaveCount(1);
    await row.click();
    await expect(page.getByRole("heading", { level: 1, name: visit.patient })).toBeVisible();
    expect(page.url()).not.toContain("rahman");
    await page.goBack();
    await expect(search).toHaveValue("rahman");
  });
}

test("on a wide screen one comes back to where one was in the list, and who is next is brought into sight", async ({
  open,
  world,
}) => {
  const page = await open({ viewport: { width: 1280, height: 720 } });
  const desk = new Desk(page, world);
  const visit = await world.visit("Adeyemi", "Rahman");
  await crowd(page);
  await desk.signIn(visit.clinician);
  const list = page.getByRole("region").filter({ has: page.getByRole("list", { name: "Appointments" }) });
  const down = () => list.evaluate((one) => one.scrollTop);
  await expect(list.getByRole("listitem")).toHaveCount(40);

  // Without an appointment, and beside one: the list is left for another page, and found again as it was.
  for (const opened of [false, true]) {
    if (opened) await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
    await list.evaluate((one) => one.scrollTo(0, 900));
    await expect.poll(down).toBe(900);
    await page.getByRole("link", { name: "Check your equipment" }).click();
    await expect(page.getByRole("button", { name: "Start the check" })).toBeVisible();
    await page.goBack();
    await expect(list.getByRole("listitem")).toHaveCount(40);
    await expect.poll(down, "where one was").toBe(900);
  }

  // The first of the day that nobody has called is far up; who is opened from elsewhere is looked for in the list.
  await list.evaluate((one) => one.scrollTo(0, 0));
  await expect(desk.row(visit.patient)).not.toBeInViewport();
  await page.goto(`${world.system.app}/appointments/${visit.id}`);
  await expect(page.getByRole("heading", { level: 1, name: visit.patient })).toBeVisible();
  await expect(desk.row(visit.patient)).toBeInViewport({ ratio: 1 });
  await photograph(page, "day-open-in-sight");
});

for (const viewport of [
  { width: 1280, height: 720 },
  { width: 820, height: 900 },
  { width: 390, height: 844 },
]) {
  test(`what a day is searched by stays in sight at ${viewport.width} pixels`, async ({ open, world }) => {
    const page = await open({ viewport });
    const desk = new Desk(page, world);
    await crowd(page);
    await desk.signIn((await world.visit("Adeyemi", "Rahman")).clinician);
    await expect(page.getByRole("list", { name: "Appointments" }).getByRole("listitem")).toHaveCount(40);
    await desk.row("Rahman").scrollIntoViewIfNeeded();
    await expect(desk.row("Brook 1").first()).not.toBeInViewport();
    const search = page.getByRole("textbox", { name: "Search by name or reason" });
    await expect(search).toBeInViewport({ ratio: 1 });
    const [field, top] = [await search.boundingBox(), await page.getByRole("banner").boundingBox()];
    expect(field?.y, "under the header, and not behind it").toBeGreaterThanOrEqual((top?.y ?? 0) + (top?.height ?? 0));
    await search.fill("Brook");
    await expect(desk.row("Brook 1").first()).toBeInViewport();
    await photograph(page, `day-${viewport.width}-sticky`);
  });
}

test("another day is chosen in the clinic's language, and stays when one comes back to it", async ({ open, world }) => {
  // The browser's language is another one, with the month before the day.
  const page = await open({ locale: "en-US" });
  const visit = await world.visit("Adeyemi", "Rahman");
  await page.goto(world.system.app);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: visit.clinician }).click();
  const long = page.getByText(/^[A-Z][a-z]+day \d+ [A-Z][a-z]+ \d{4}$/);
  await expect(long).toBeVisible();
  const today = await long.innerText();
  await page.getByRole("button", { name: `Choose a day, now ${today}` }).press("Enter");
  await expect(page.getByRole("button", { name: today, exact: true })).toBeFocused();
  await photograph(page, "day-calendar");
  await page.keyboard.press("PageDown");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByText("No appointments on this day.")).toBeVisible();
  await expect(page).toHaveURL(/\?date=\d{4}-\d\d-\d\d$/);
  const there = page.url();
  await page.getByRole("link", { name: "Check your equipment" }).click();
  await expect(page.getByRole("button", { name: "Start the check" })).toBeVisible();
  await page.goBack();
  await expect(page).toHaveURL(there);
  await page.getByRole("button", { name: "Today", exact: true }).click();
  await expect(page.getByText(visit.patient).first()).toBeVisible();
});
