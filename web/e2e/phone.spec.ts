import { hear } from "./ear";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";

test("the automatic voice answers and is heard; a person takes over with sound", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await photograph(handset.page, "phone-idle");
  await desk.open(visit);
  await desk.call();
  await handset.button("Answer with the automatic voice").click();
  await desk.says("Connected");
  await expect
    .poll(async () => (await hear(desk.page, 440)).level, { message: "a voice is heard" })
    .toBeGreaterThan(0.02);
  await handset.button("Connect my microphone and speaker").click();
  await expect.poll(async () => (await hear(desk.page, 1500)).share).toBeGreaterThan(0.6);
  await handset.button("Hang up").click();
  await handset.says(/^Ended after/);
  await desk.says("Call ended", `Ended by ${visit.patient}`);
});

test("a call is declined at the phone", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.button("Decline").click();
  await handset.says("Declined");
  await desk.says("Call declined");
});

test("the clinician gives up, and the phone says it was missed", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.says(/^Ringing/);
  await desk.button("Cancel").click();
  await handset.says("Missed call");
});

test("the phone's keys are pressed, and voicemail takes a call", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.button("Answer").click();
  await handset.button("Keypad").click();
  for (const key of ["5", "8"]) await handset.page.keyboard.press(key);
  await expect(handset.page.locator("#pressed")).toHaveText("58");
  await handset.button("Hang up").click();
  await desk.says("Call ended");
  await desk.button("Call again").click();
  await handset.button("Send to voicemail").click();
  await desk.says("Connected");
  await expect(desk.history).toContainText("Voicemail answered");
});
