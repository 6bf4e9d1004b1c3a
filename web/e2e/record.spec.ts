import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("the timeline grows by itself, and is the history of the FHIR Communication", async ({ desk, world }) => {
  const visit = await world.visit("Raman", "Cartwright");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await desk.open(visit);
  await expect(desk.history).toContainText("No calls yet.");
  await desk.call();
  await world.rings(visit.number);
  await expect(desk.moments().first()).toContainText("Ringing the patient’s phone");
  await photograph(desk.page, "history-ringing");
  await world.act(visit.number, "answer");
  await expect(desk.moments().first()).toContainText("Patient answered");
  await desk.says("Connected");
  await world.act(visit.number, "hangup");
  await desk.says("Call ended", "Ended by the patient");
  const end = desk.moments().first();
  await expect(end).toContainText(/Call ended, \d+ s/);
  await expect(end).toContainText(/Version \d+/); // written, no longer being written
  await photograph(desk.page, "history-ended");

  const [communication] = await world.communications(visit.patientId);
  const versions = await world.history(String(communication?.id));
  await expect(desk.moments()).toHaveCount(versions.length);
  const shown = await desk
    .moments()
    .locator("time")
    .evaluateAll((times) => times.map((t) => t.getAttribute("datetime")));
  const statuses = versions.map((version) => version.status);
  expect(statuses[0]).toBe("preparation");
  expect(statuses.at(-1)).toBe("completed");
  expect(shown).toHaveLength(versions.length);

  const told = await desk.moments().allInnerTexts();
  expect(told[0]).toContain(`Version ${versions.length}`);
  expect(told.at(-1)).toContain("Version 1");
  expect(told.at(-1)).toContain("Call started");
  expect(statuses.filter((status) => status === "in-progress").length).toBe(
    told.filter((line) => /answered/.test(line)).length,
  );
});
