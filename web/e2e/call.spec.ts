import { hears, hearsNo } from "./ear";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";

test("a call from ready to ended, with sound both ways and every state on the way", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  const { page } = desk;
  await desk.open(visit);
  await desk.ready(`${visit.patient} sees the clinic’s number.`);
  await photograph(page, "call-ready");

  // The state is over in a moment, so the access token is held back while it is looked at.
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route("**/access-token", async (route) => {
    await held;
    await route.continue();
  });
  await desk.call();
  await desk.says("Getting ready…", "Allow the microphone if your browser asks.");
  await photograph(page, "call-preparing");
  letGo();

  await desk.says("Calling…", `Ringing ${visit.patient}’s phone`);
  await world.rings(visit.number);
  await expect(desk.timer).toHaveText(/^00:\d\d$/);
  await expect(page).toHaveTitle("Ringing… – Clinic calls");
  await photograph(page, "call-calling");
  await hearsNo(page, 440);

  await world.act(visit.number, "answer");
  await desk.says("Connected", "Connection good");
  await hears(page, 440);
  await expect.poll(() => desk.seconds()).toBeGreaterThanOrEqual(2);
  await expect(page).toHaveTitle(/^In call 00:\d\d – Clinic calls$/);
  await photograph(page, "call-connected");

  await desk.button("End call").click();
  await desk.says("Call ended", /Ended by you at \d\d:\d\d/);
  await world.isIdle(visit.number);
  const kept = await desk.seconds();
  expect(kept).toBeGreaterThanOrEqual(2);
  // The record says the same length, so it is not a timer that still runs.
  await desk.unfold();
  await expect
    .poll(async () => (await desk.moments().first().innerText()).includes(`Call ended, ${await desk.seconds()} s`))
    .toBe(true);
  await photograph(page, "call-ended-by-you");

  await desk.button("Call again").click();
  await desk.says("Calling…");
  await world.rings(visit.number);
});

test("the patient hears the clinician, and does not while the clinician is muted", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "answer" });
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.says(/^Ringing – call from/);
  await photograph(handset.page, "phone-ringing");
  await hearsNo(desk.page, 1500);
  await handset.button("Answer").click();
  await desk.says("Connected");
  await hears(desk.page, 1500);
  await hears(handset.page, 1000);
  await photograph(handset.page, "phone-in-call");

  await desk.button("Mute").click();
  await desk.says("Connected, you are muted", `${visit.patient} cannot hear you`);
  await hearsNo(handset.page, 1000);
  await hears(desk.page, 1500);
  await photograph(desk.page, "call-muted");
  await desk.button("Unmute").click();
  await desk.says("Connected");
  await hears(handset.page, 1000);

  await handset.button("Mute").click();
  await hearsNo(desk.page, 1500);
  await handset.button("Hang up").click();
  await desk.says("Call ended", new RegExp(`Ended by ${visit.patient} at \\d\\d:\\d\\d`));
  await expect(desk.timer).toHaveText(/^00:\d\d$/);
  await photograph(desk.page, "call-ended-by-the-patient");
});

test("a live call goes along to every page of the app", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await desk.open(visit);
  await desk.talk(visit);
  await page.getByRole("link", { name: "Today", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Today", level: 1 })).toBeVisible();
  await expect(desk.dock).toContainText(visit.patient);
  await expect(desk.dock.getByRole("timer")).toHaveText(/^00:\d\d$/);
  await hears(page, 440);
  await expect(desk.row(visit.patient)).toContainText("In a call now");
  await photograph(page, "call-on-today");
  await desk.dock.getByRole("button", { name: "Mute" }).click();
  await expect(desk.dock).toContainText("Connected, you are muted");
  await page.getByRole("link", { name: "Check your equipment" }).click();
  await expect(page.getByText("You are in a call. End it before you start the check.")).toBeVisible();
  await desk.dock.getByRole("link", { name: visit.patient }).click();
  await desk.says("Connected, you are muted");
  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.button("Close").click();
  await expect(desk.dock).toHaveCount(0);
});

test("a call is cancelled before it is answered, and made again with one click", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await desk.open(visit);
  await desk.call();
  await world.rings(visit.number);
  await desk.says("Calling…");
  await desk.button("Cancel").click();
  await desk.says("Call cancelled", "You ended the call before it was answered.");
  await world.isIdle(visit.number);
  await photograph(desk.page, "call-cancelled");
  await desk.button("Call again").click();
  await world.rings(visit.number);
  await world.act(visit.number, "answer");
  await desk.says("Connected");
});

test("the browser asks before a page with a call is closed", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  const asked = desk.page.waitForEvent("dialog");
  await desk.page.close({ runBeforeUnload: true }); // only asks; does not wait for the answer
  const dialog = await asked;
  expect(dialog.type()).toBe("beforeunload");
  await dialog.dismiss();
  await desk.says("Connected");
  await desk.button("End call").click();
  await desk.says("Call ended");
  const askedAgain: string[] = [];
  desk.page.on("dialog", async (late) => {
    askedAgain.push(late.type());
    await late.accept();
  });
  await desk.page.reload();
  await desk.ready();
  expect(askedAgain, "without a call nothing is asked").toEqual([]);
});
