import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { CALL_RING_SECONDS: "8" } });

const ways = [
  {
    name: "busy",
    patient: "Pritchard",
    script: { outcome: "busy" },
    heading: "Line busy",
    note: "The patient may be on another call.",
  },
  {
    name: "no-answer",
    patient: "Rahman",
    script: { outcome: "no-answer" },
    heading: "No answer",
    note: /It rang for \d+ seconds\./,
  },
  {
    name: "declined",
    patient: "Ellis",
    script: { outcome: "decline", ringSeconds: 2 },
    heading: "Line busy",
    note: "The patient may be on another call.",
  },
  {
    name: "failed",
    patient: "Okafor",
    script: { outcome: "failed" },
    heading: "The call did not go through",
    note: /Reference CA[0-9a-f]{32}/,
  },
] as const;

for (const { name, patient, script, heading, note } of ways) {
  test(`${name}: the server's word, and one click to try again`, async ({ desk, world }) => {
    const visit = await world.visit("Adeyemi", patient);
    await world.script(visit.number, script);
    await desk.open(visit);
    await desk.call();
    await desk.says(heading, note);
    await expect(desk.timer).toHaveCount(0);
    await photograph(desk.page, `call-${name}`);
    await desk.page.getByRole("link", { name: "Today", exact: true }).click();
    const row = desk.page.getByRole("row").filter({ hasText: visit.patient });
    await expect(row).toContainText(heading === "The call did not go through" ? /did not go through|failed/i : heading);

    await row.getByRole("link", { name: /^Open/ }).click();
    await desk.says(heading);
    await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "tone:440" });
    await desk.button("Try again").click();
    await desk.says("Connected");
  });
}

test("voicemail answers", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "voicemail", ringSeconds: 1, talkSeconds: 0 });
  await desk.open(visit);
  await desk.call();
  await desk.says("Connected");
  await expect(desk.history).toContainText("Voicemail answered");
  await photograph(desk.page, "call-voicemail");
});
