// Every page and a call at each width: nothing is cut off, nothing lies under
// anything else, and nothing needs scrolling sideways.
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { isWhole } from "./layout";
import { photograph } from "./picture";

/** 640 × 400 is a window of 1280 × 800 at 200 %, 512 one of 1024. */
const SIZES = [
  { width: 390, height: 844 },
  { width: 512, height: 384 },
  { width: 640, height: 400 },
  { width: 768, height: 1024 },
  { width: 820, height: 1180 },
  { width: 1024, height: 768 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;

test.use({ settings: { HELP_URL: "https://help.example.org/", PRIVACY_URL: "https://example.org/privacy" } });

for (const viewport of SIZES) {
  const at = `${viewport.width}`;
  test(`at ${at} pixels everything is whole, in a call and without one`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    const desk = new Desk(await open({ viewport }), world);
    const { page } = desk;
    const look = async (state: string) => {
      await isWhole(page, `${state} at ${at}`);
      await photograph(page, `width-${at}-${state}`);
    };
    await page.goto(world.system.app);
    await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
    await look("sign-in");
    await desk.signIn(visit.clinician);
    await expect(desk.row(visit.patient)).toBeVisible();
    await look("today");

    await page.getByRole("button", { name: /^Choose a day/ }).click();
    await expect(page.getByRole("grid")).toBeVisible();
    await look("calendar");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("grid")).toHaveCount(0);
    const account = await desk.account();
    await expect(account.getByText("Sign out")).toBeVisible();
    await look("account");
    await page.keyboard.press("Escape");

    await desk.row(visit.patient).getByRole("link").click();
    await desk.ready();
    await look("appointment");
    await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
    await desk.call();
    await world.rings(visit.number);
    await desk.says("Calling…");
    await look("ringing");
    await world.act(visit.number, "answer");
    await desk.says("Connected");
    await look("connected");

    // What is said of signing out in a call lies over it, never under.
    const asked = await desk.account();
    await asked.getByRole("button", { name: "Sign out" }).press("Enter"); // it says that it is off
    await expect(asked.getByText("End your call first, then sign out.")).toBeVisible();
    await look("sign-out-in-call");
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Check your equipment" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await look("check-in-call");
    await page.getByRole("link", { name: "Today", exact: true }).click();
    await expect(desk.row(visit.patient)).toContainText("In a call now");
    await look("today-in-call");
    await desk.button("End call").click();
    await desk.says("Call ended");
    await look("after-the-call");

    await page.goto(`${world.system.app}/nowhere`);
    await expect(page.getByRole("heading", { name: "Page not found" })).toBeVisible();
    await look("not-found");
  });
}

test("the list stands beside the appointment where there is room, and only there", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  for (const [width, beside] of [
    [1024, false],
    [1280, true],
  ] as const) {
    const desk = new Desk(await open({ viewport: { width, height: 800 } }), world);
    await desk.open(visit);
    await expect(desk.row("David Pritchard")).toHaveCount(beside ? 1 : 0);
    await expect(desk.page.getByRole("link", { name: "Back to the day" })).toHaveCount(beside ? 0 : 1);
  }
});
