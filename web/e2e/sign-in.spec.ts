import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("a clinician signs in, sees the day and opens an appointment", async ({ desk, world }) => {
  const { page } = desk;
  await page.goto(world.system.app);
  await expect(page.getByRole("heading", { name: "Clinic calls" })).toBeVisible();
  await expect(page).toHaveTitle("Sign in – Clinic calls");
  await photograph(page, "sign-in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Who is signing in?" })).toBeVisible();
  await page.getByRole("button", { name: /Adeyemi/ }).click();

  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await expect(page).toHaveTitle("Today – Clinic calls");
  await expect(page.getByRole("button", { name: "Ms Grace Adeyemi: your account" })).toBeVisible();
  const row = desk.row("David Pritchard");
  await expect(row).toContainText("Born 2 November 1949");
  // Whom other tests have called in this world is theirs; nobody calls a whole day.
  const rows = page.getByRole("list", { name: "Appointments" }).getByRole("listitem");
  await expect(rows.filter({ hasText: "No call yet" }).first()).toBeVisible();
  await expect(page.getByText("Next", { exact: true })).toHaveCount(1);
  await photograph(page, "today");

  await row.getByRole("link", { name: /^Open/ }).click();
  await expect(page.getByRole("heading", { name: /David Pritchard/, level: 1 })).toBeVisible();
  await expect(page.getByText(/^Born 2 November 1949 · \d+ years$/)).toBeVisible();
  await desk.ready();
  await expect(page).toHaveTitle("Appointment – Clinic calls");
});

test("a link to an appointment leads there after the sign-in, and signing out leads away", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await expect(desk.page.getByRole("heading", { name: visit.patient, level: 1 })).toBeVisible();
  await desk.page.reload();
  await expect(desk.page.getByRole("heading", { name: visit.patient, level: 1 })).toBeVisible();
  await (await desk.account()).getByRole("button", { name: "Sign out" }).click();
  await expect(desk.page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(desk.page.getByText(visit.patient)).toHaveCount(0);
});

test("a second tab, and a copy of one, are let in without a question", async ({ desk, world }) => {
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi");
  const account = { name: "Ms Grace Adeyemi: your account" };
  const second = await page.context().newPage();
  await second.goto(`${world.system.app}/check`);
  await expect(second.getByRole("heading", { name: "Check your equipment" })).toBeVisible();
  await expect(second.getByRole("button", account)).toBeVisible();
  const kept = await second.evaluate(() => sessionStorage.getItem("careline.session"));
  expect(kept, "a session of its own").not.toBe(await page.evaluate(() => sessionStorage.getItem("careline.session")));

  const opened = page.waitForEvent("popup");
  await page.evaluate(() => void window.open(location.href)); // with all that the tab has kept, as a copy of it has
  const copy = await opened;
  await expect(copy.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await expect(copy.getByRole("button", account)).toBeVisible();
  for (const one of [page, second, copy]) {
    await one.reload();
    await expect(one.getByRole("button", account), "nobody put another one out").toBeVisible();
  }
});

test("whoever signs out is told so, in all tabs, and the next tab asks", async ({ desk, world }) => {
  const { page } = desk;
  await desk.signIn("Ms Grace Adeyemi");
  const second = await page.context().newPage();
  await second.goto(world.system.app);
  await expect(second.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();

  const account = await desk.account();
  const back = page.waitForResponse(
    (response) => response.request().isNavigationRequest() && response.url().startsWith(world.system.app),
  );
  await account.getByRole("button", { name: "Sign out" }).click();
  await (await back).finished();
  await expect(page.getByText("You are signed out.")).toBeVisible();
  await expect(second.getByText("You signed out in another tab.")).toBeVisible();
  await photograph(page, "signed-out");
  const third = await page.context().newPage();
  await third.goto(world.system.app);
  await expect(third.getByRole("button", { name: "Sign in" })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Sign in to see your appointments")).toBeVisible();
});

test("somebody else's appointment is not shown", async ({ desk, world, guard }) => {
  guard.expectErrors(/status of 403/);
  const others = await world.visit("Raman", "Morgan");
  await desk.signIn("Ms Grace Adeyemi", `/appointments/${others.id}`);
  await expect(desk.page.getByRole("alert").filter({ hasText: "The appointment could not be loaded" })).toBeVisible();
  await expect(desk.page.getByText(others.patient)).toHaveCount(0);
});
