// A supervisor sees who is in every call that goes on, hears nothing of it, and changes nothing.
import type { Page } from "@playwright/test";
import { isCleanAndFits } from "./clean";
import { expect, type PageOptions, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";
import { conference, interpreter } from "./several";
import type { World } from "./world";

test.use({ settings: conference });

const SUPERVISOR = "Mrs Judith Marlow";

async function supervise(open: (options?: PageOptions) => Promise<Page>, world: World, options?: PageOptions) {
  const page = await open(options);
  await page.goto(`${world.system.app}/live`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("button", { name: SUPERVISOR }).click();
  await expect(page.getByRole("heading", { name: "Live calls", level: 1 })).toBeVisible();
  return page;
}

test("a supervisor sees a call begin, grow, hold and end, by itself; and can do nothing about it", async ({
  desk,
  guard,
  open,
  world,
}) => {
  guard.expectErrors(/403 \(Forbidden\).*\/(appointments|access-token|calls\/live|recordings)/); // asked for on purpose
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0 });
  const page = await supervise(open, world);
  await expect(page.getByText("No calls at the moment.")).toBeVisible();
  await photograph(page, "supervisor-none");

  await desk.open(visit);
  await desk.talk(visit);
  const call = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: visit.clinician }) });
  const person = (name: string) => call.getByRole("listitem").filter({ hasText: name });
  await expect(person(visit.patient)).toContainText("In the call");
  await expect(call.getByText(/^Since \d\d:\d\d$/)).toBeVisible();
  const news = page.getByTestId("live-news");
  await expect(news).toContainText(visit.clinician);

  await desk.add(interpreter.name);
  await expect(person(interpreter.name)).toContainText("In the call");
  await desk.hold(visit.patient);
  await expect(person(visit.patient)).toContainText(/On hold since \d\d:\d\d/);
  await expect(news).toContainText(`${visit.patient} is on hold`);
  await photograph(page, "supervisor-call");
  await desk.unhold(visit.patient);
  await expect(person(visit.patient)).toContainText("In the call");

  // There is nothing to press in it, and the service lets nobody do more who is no more.
  await expect(page.getByRole("main").getByRole("button")).toHaveCount(0);
  await expect(page.getByRole("main").getByRole("link")).toHaveCount(0);
  expect(await answers(page, ["/appointments", "/recordings?from=2026-01-01&to=2026-01-02"])).toEqual([403, 403]);
  expect(await answers(desk.page, ["/calls/live"])).toEqual([403]);

  await desk.button("End call").click();
  await desk.button("End for all").click();
  await desk.says("Call ended");
  await expect(page.getByText("No calls at the moment.")).toBeVisible();
  await expect(news).toContainText("A call has ended");

  // A clinician finds none of it, and no link to it.
  await expect(desk.page.getByRole("link", { name: "Live calls" })).toHaveCount(0);
  await desk.page.goto(`${world.system.app}/live`);
  await expect(desk.page.getByRole("heading", { name: "Page not found" })).toBeVisible();
});

/** What the service answers the person of the page who asks for these. */
function answers(page: Page, paths: string[]): Promise<number[]> {
  return page.evaluate((all) => {
    const kept = JSON.stringify({ ...sessionStorage, ...localStorage });
    const headers = { Authorization: `Bearer ${/eyJ[\w-]+\.[\w-]+\.[\w-]+/.exec(kept)?.[0] ?? ""}` };
    return Promise.all(all.map((path) => fetch(`/bff_clinical/v1${path}`, { headers }).then(({ status }) => status)));
  }, paths);
}

test("live calls are whole while the health record is down, and say how old they are while the page is offline", async ({
  desk,
  guard,
  open,
  world,
}) => {
  guard.expectErrors(/ERR_INTERNET_DISCONNECTED|503|504/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await world.recordDown(true);
  const page = await supervise(open, world);
  await expect(page.getByRole("heading", { name: visit.clinician })).toBeVisible();
  await page.context().setOffline(true);
  await expect(page.getByText(/^You are offline/)).toBeVisible();
  await expect(page.getByText(/^This is how it was at \d\d:\d\d:\d\d\.$/)).toBeVisible();
  await expect(page.getByRole("heading", { name: visit.clinician })).toBeVisible();
  await photograph(page, "supervisor-offline");
  await page.context().setOffline(false);
  await expect(page.getByText(/^This is how it was/)).toHaveCount(0);
  await world.recordDown(false);
});

for (const colours of ["light", "dark", "forced"] as const) {
  test(`live calls fit and are accessible, in ${colours} colours`, async ({ desk, open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0 });
    await desk.open(visit);
    await desk.talk(visit);
    await desk.add(interpreter.name);
    await expect(desk.party(interpreter.name)).toContainText("In the call");
    await desk.hold(visit.patient);
    const page = await supervise(
      open,
      world,
      colours === "forced" ? { forcedColors: "active" } : { colorScheme: colours },
    );
    await expect(page.getByText(/On hold since/)).toBeVisible();
    for (const width of [320, 390, 820, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      await isWhole(page, `live calls at ${width}`);
      await isCleanAndFits(page, `live calls at ${width}`);
      await photograph(page, `supervisor-${colours}-${width}`);
    }
  });
}
