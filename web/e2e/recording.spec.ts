// Recording a call with the patient's word, and hearing it. Of the sandbox it needs Recordings by REST (start, pause as
// silence, resume, stop, delete) with the sound of what was really said, as MP3 with two channels or as WAV.
import { isCleanAndFits } from "./clean";
import { Desk } from "./desk";
import { hears, hearsAmong, playsAt } from "./ear";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { conference, interpreter, recording } from "./several";
import type { Visit } from "./world";

test.use({ settings: { ...conference, ...recording, SESSION_REVIEWER_ROLE: "clinician" } });

/** Talks, records for a while, and ends the call. */
async function recorded(desk: Desk, visit: Visit): Promise<void> {
  await desk.open(visit);
  await desk.talk(visit);
  await desk.record();
  await hears(desk.page, 440);
  await expect.poll(() => desk.seconds()).toBeGreaterThanOrEqual(5);
  await desk.button("End call").click();
  await desk.says("Call ended");
}

test("a call is recorded with the patient's word, and heard from its own entry", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await expect(desk.recording).toContainText("Not recorded");
  await expect(desk.recording).toContainText(`${visit.patient} has not been asked yet`);
  await desk.button("Record").click();
  await photograph(desk.page, "recording-asked");
  await desk.button("No, do not record").click();
  await desk.recordingSays("Not recorded");
  await expect(desk.button("Record")).toBeFocused();
  await desk.record();
  await expect(desk.recording).toContainText(`${visit.patient} agreed`);
  await photograph(desk.page, "recording-running");

  await desk.button("Pause").click();
  await desk.recordingSays("Recording paused");
  await photograph(desk.page, "recording-paused");
  await desk.button("Resume").click();
  await desk.recordingSays("Recording");
  await expect.poll(() => desk.seconds()).toBeGreaterThanOrEqual(8);
  await desk.button("Stop").click();
  await desk.recordingSays("Recording stopped");
  await desk.button("End call").click();
  await desk.says("Call ended");

  await desk.unfold();
  await expect(desk.history).toContainText("The person called agreed to be recorded.");
  await desk.history.getByRole("button", { name: /^Play Recording 1/ }).click();
  const sound = desk.history.getByLabel(/^Sound of Recording 1/);
  await expect.poll(() => sound.evaluate((one: HTMLAudioElement) => one.currentTime)).toBeGreaterThan(0.5);
  await photograph(desk.page, "recording-player");
  const [clinician = 0, others = 0] = await playsAt(sound, 1000);
  expect(clinician, "the clinician is on the first channel alone").toBeGreaterThan(10 * others);
  const [here = 0, patient = 0] = await playsAt(sound, 440);
  expect(patient, "the patient is on the second channel alone").toBeGreaterThan(10 * here);
  await sound.evaluate((one: HTMLAudioElement) => {
    one.currentTime = one.duration / 2;
    return one.play();
  });
  await expect.poll(() => sound.evaluate((one: HTMLAudioElement) => !one.seeking && !one.paused)).toBe(true);
  await isCleanAndFits(desk.page, "the player");
});

test("what the patient does not want is deleted, and the call goes on", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await desk.record();
  await desk.button("They do not want it").click();
  await expect(desk.recording).toContainText("Everything that was recorded of this call is deleted");
  await photograph(desk.page, "recording-withdraw");
  await desk.button("Stop and delete").click();
  await expect(desk.recording).toContainText(`${visit.patient} does not want it`);
  await hears(desk.page, 440);
  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.unfold();
  await expect(desk.history).toContainText("Deleted because the patient did not want it");
  await expect(desk.history.getByRole("button", { name: /^Play/ })).toHaveCount(0);
});

test("a hold pauses the recording, and the end of it goes on with it", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await desk.record();
  await desk.hold(visit.patient);
  await desk.recordingSays("Recording paused");
  await expect(desk.recording).toContainText(`Paused while ${visit.patient} is on hold; it goes on by itself after.`);
  await expect(desk.button("Resume")).toHaveCount(0);
  await desk.unhold(visit.patient);
  await desk.recordingSays("Recording");
});

test("it stops when the patient leaves, though the others go on", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  await desk.record();
  await world.act(visit.number, "hangup");
  await desk.recordingSays(/^Recording stopped\. The person you called has left/);
  await expect(desk.recording).toContainText(
    "The person you called has left, so nothing more of this call is recorded.",
  );
  await expect(desk.button("Record")).toBeDisabled();
  await expect(desk.button("Record")).toHaveAccessibleDescription(/has left/);
  await expect(desk.button("Resume")).toHaveCount(0);
  await hearsAmong(desk.page, 700);
  await photograph(desk.page, "recording-patient-left");
  await isCleanAndFits(desk.page, "the patient has left");
  await desk.button("End call").click();
});

test("a patient whose record says no is not recorded", async ({ desk, world }) => {
  const refusing = await world.visit("Raman", "Morgan"); // whose record has a Consent that denies recordings
  await desk.open(refusing);
  await desk.talk(refusing);
  await expect(desk.recording).toContainText(`${refusing.patient} declined`);
  await expect(desk.button("Record")).toBeDisabled();
  await expect(desk.button("Record")).toHaveAccessibleDescription(/.+/);
  await photograph(desk.page, "recording-refused");
});

test("a reviewer deletes a recording, and must say why", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await recorded(desk, visit);
  await desk.unfold();
  await desk.history.getByRole("button", { name: /^Delete Recording 1/ }).click();
  await desk.history.getByRole("button", { name: "Delete for good" }).click();
  await expect(desk.history.getByRole("alert")).toHaveText("Write why it is deleted.");
  await isCleanAndFits(desk.page, "the reason");
  await desk.history.getByLabel("Why is it deleted?").fill("Recorded by mistake");
  await desk.history.getByRole("button", { name: "Delete for good" }).click();
  await expect(desk.history).toContainText("Deleted by a reviewer");
});

for (const [width, colorScheme] of [
  [320, "light"],
  [1280, "dark"],
] as const) {
  test(`axe finds nothing at ${width} pixels in ${colorScheme} colours`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    const desk = new Desk(await open({ viewport: { width, height: 800 }, colorScheme }), world);
    await desk.open(visit);
    await desk.talk(visit);
    await isCleanAndFits(desk.page, "not recorded");
    await desk.button("Record").click();
    await isCleanAndFits(desk.page, "asked");
    await desk.button("Yes, record").click();
    await desk.recordingSays("Recording");
    await isCleanAndFits(desk.page, "recording");
    await desk.button("They do not want it").click();
    await isCleanAndFits(desk.page, "withdrawing");
    await photograph(desk.page, `recording-${width}-${colorScheme}`);
  });
}
