import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test.use({ settings: { CALL_RING_SECONDS: "8" } });

const ways = [
  {
    name: "busy",
    patient: "Pritchard",
    script: { outcome: "busy" },
    heading: "Line busy",
    listed: "Line busy",
    note: /Pritchard may be on another call\./,
  },
  {
    name: "no-answer",
    patient: "Rahman",
    script: { outcome: "no-answer" },
    heading: "No answer",
    listed: "No answer",
    note: /It rang for \d+ seconds\./,
  },
  {
    name: "declined",
    patient: "Ellis",
    script: { outcome: "decline", ringSeconds: 2 },
    heading: "Call declined",
    listed: "Declined",
    note: "The phone rang, and the call was declined.",
  },
  {
    name: "failed",
    patient: "Okafor",
    script: { outcome: "failed" },
    heading: "The call did not go through",
    listed: "Did not go through",
    note: "",
  },
] as const;

for (const { name, patient, script, heading, listed, note } of ways) {
  test(`${name}: the server's word, and one click to try again`, async ({ desk, world }) => {
    const visit = await world.visit("Adeyemi", patient);
    await world.script(visit.number, script);
    await desk.open(visit);
    await desk.call();
    await desk.says(heading, note);
    // Somebody may have to quote it: outside of the sentence, to be copied.
    const reference = desk.dock.getByText(/^CA[0-9a-f]{32}$/);
    await expect(reference).toHaveCount(name === "failed" ? 1 : 0);
    await expect(desk.timer).toHaveCount(0);
    await photograph(desk.page, `call-${name}`);
    await desk.page.getByRole("link", { name: "Today", exact: true }).click();
    const row = desk.row(visit.patient);
    await expect(row).toContainText(listed);

    await row.getByRole("link", { name: /^Open/ }).click();
    await desk.says(heading);
    await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "tone:440" });
    await desk.button("Try again").click();
    await desk.says("Connected");
  });
}

test("voicemail answers: amber, and left for voicemail wherever it is told", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "voicemail", ringSeconds: 1, talkSeconds: 0 });
  await desk.open(visit);
  await desk.call();
  await desk.says("Voicemail: leave no clinical detail");
  await expect(desk.band).toHaveAttribute("data-tone", "warning");
  await expect(desk.dock).toContainText("Voicemail: leave no clinical detail");
  await expect(desk.dock).toHaveAttribute("data-tone", "warning");
  await expect(desk.page.getByRole("status").filter({ hasText: "leave no clinical detail" })).toBeAttached();
  await expect(desk.history).toContainText("Voicemail answered");
  await photograph(desk.page, "call-voicemail");
  await desk.button("Mute").click();
  await desk.says("Voicemail: leave no clinical detail", "You are muted.");
  await desk.button("End call").click();
  await desk.says("Left for voicemail", /Ended by you at \d\d:\d\d/);
  await expect(desk.moments().first()).toContainText("Left for voicemail");
  await expect(desk.history.locator("ol > li").first()).not.toContainText(`${visit.patient} answered`);
  await photograph(desk.page, "call-left-for-voicemail");
  await desk.page.getByRole("link", { name: "Today", exact: true }).click();
  await expect(desk.row(visit.patient)).toContainText("Left for voicemail");
  await desk.page.reload();
  await expect(desk.row(visit.patient), "as the record has it").toContainText("Left for voicemail");
});
