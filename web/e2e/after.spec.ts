// What came of a call: said by the clinician, and kept in the record.
import type { Locator } from "@playwright/test";
import type { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import type { Visit, World } from "./world";

const OUTCOMES = [
  ["Spoke with the patient", "spoke-with-patient"],
  ["Spoke with somebody else", "spoke-with-somebody-else"],
  ["Left a message", "left-message"],
  ["Wrong person or number", "wrong-person-or-number"],
  ["Could not be reached", "not-reached"],
  ["Other", "other"],
] as const;

/** A call that was answered and has ended. */
async function called(desk: Desk, visit: Visit): Promise<Locator> {
  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  const after = desk.page.getByRole("region", { name: "After the call" });
  await expect(after.getByRole("group", { name: "What came of it?" })).toBeVisible();
  return after;
}

interface Extension {
  url: string;
  valueCode?: string;
  valueCoding?: { code?: string };
  valueCodeableConcept?: { coding?: { code?: string }[] };
  extension?: Extension[];
}

/** What the newest call's record says of what came of it. */
async function recorded(world: World, visit: Visit): Promise<{ outcome: string; note: string; version: number }> {
  const [communication] = await world.communications(visit.patientId);
  const parts = ((communication?.extension ?? []) as Extension[]).flatMap((one) => one.extension ?? []);
  const said = parts.find(({ url }) => url === "clinicianOutcome");
  const notes = (communication?.note ?? []) as { text: string }[];
  return {
    outcome: said?.valueCodeableConcept?.coding?.[0]?.code ?? said?.valueCoding?.code ?? said?.valueCode ?? "",
    note: notes.map(({ text }) => text).join("\n"),
    version: (await world.history(String(communication?.id))).length,
  };
}

test("each outcome and a note reach the record, and neither is asked for twice", async ({ desk, world }) => {
  const visit = await world.visit("Raman", "Cartwright");
  const after = await called(desk, visit);
  for (const one of await after.getByRole("radio").all()) await expect(one, "nothing is chosen").not.toBeChecked();
  await photograph(desk.page, "after-asked");
  const { version } = await recorded(world, visit);
  for (const [words, code] of OUTCOMES) {
    await after.getByRole("radio", { name: words, exact: true }).check();
    await after.getByRole("button", { name: "Save" }).click();
    await expect(after.getByRole("status")).toHaveText("Saved.");
    await expect(async () => expect((await recorded(world, visit)).outcome).toBe(code)).toPass();
    await after.getByRole("button", { name: "Change" }).click();
  }
  await after.getByRole("button", { name: "Add a note" }).click();
  await expect(after.getByLabel("Note")).toBeFocused();
  await after.getByLabel("Note").fill("Rings again on Monday.");
  await photograph(desk.page, "after-writing");
  await after.getByLabel("Note").press("Control+Enter");
  await expect(after).toContainText("Rings again on Monday.");
  await expect(async () => {
    const now = await recorded(world, visit);
    expect(now).toMatchObject({ outcome: "other", note: "Rings again on Monday." });
    expect(now.version, "each is a version").toBeGreaterThan(version);
  }).toPass();
  await expect(desk.history).toContainText("Rings again on Monday.");
  await photograph(desk.page, "after-noted");

  await after.getByRole("button", { name: "Change" }).click();
  await after.getByRole("radio", { name: "Other" }).click();
  await after.getByLabel("Note").fill("");
  await after.getByRole("button", { name: "Save" }).click();
  await expect(after.getByRole("status")).toHaveText("Taken back.");
  await expect(async () => expect(await recorded(world, visit)).toMatchObject({ outcome: "", note: "" })).toPass();
});

test("a note is kept while it cannot be saved, and survives the pages and the next call", async ({
  desk,
  world,
  guard,
}) => {
  guard.expectErrors(/503/);
  const { page } = desk;
  const visit = await world.visit("Adeyemi", "Ellis");
  const after = await called(desk, visit);
  let away = true;
  await page.route("**/bff_clinical/v1/calls/*/note", async (route) => {
    if (!away) return route.continue();
    const detail = "The service is not available at the moment.";
    const body = { code: "unavailable", detail, incident: "inc-1", title: "", type: "", status: 503 };
    return route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(body) });
  });
  await after.getByRole("button", { name: "Add a note" }).click();
  await after.getByLabel("Note").fill("Asks for the letter.");
  await page.getByRole("link", { name: "Today", exact: true }).click();
  await expect(after.getByLabel("Note")).toHaveValue("Asks for the letter.");
  await after.getByRole("button", { name: "Save" }).click();
  await expect(after.getByRole("alert")).toContainText("Not saved yet. What you wrote is kept here.");
  await expect(after.getByLabel("Note")).toHaveValue("Asks for the letter.");
  await photograph(page, "after-failed");

  // The next call begins all the same, and what was written is not lost with it.
  const next = await world.visit("Adeyemi", "Pritchard");
  await world.script(next.number, { outcome: "answer", ringSeconds: 1, talkSeconds: 0 });
  await desk.button(`Call ${next.patient}`).click();
  await desk.says("Connected");
  const lost = page.getByRole("alert").filter({ hasText: `Your note on the call with ${visit.patient} is not saved.` });
  await expect(lost).toContainText("Asks for the letter.");
  await photograph(page, "after-unsaved");
  away = false;
  await lost.getByRole("button", { name: "Try again" }).click();
  await expect(lost).toHaveCount(0);
  await expect(async () => expect((await recorded(world, visit)).note).toBe("Asks for the letter.")).toPass();
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
});

test("a note that comes too late is said to, and nobody is asked to try again", async ({ desk, world, guard }) => {
  guard.expectErrors(/409/);
  const { page } = desk;
  const visit = await world.visit("Adeyemi", "Ellis");
  const after = await called(desk, visit);
  const why = "This call ended more than 24 hours ago, so it can no longer be noted here.";
  await page.route("**/bff_clinical/v1/calls/*/note", (route) => {
    const body = { code: "conflict", reason: "too-late", detail: "", incident: "", title: "", type: "", status: 409 };
    return route.fulfill({ status: 409, contentType: "application/problem+json", body: JSON.stringify(body) });
  });
  await after.getByRole("radio", { name: "Other" }).check();
  await after.getByRole("button", { name: "Save" }).click();
  await expect(after.getByRole("alert")).toContainText(why);
  await photograph(page, "after-too-late");
  await expect(after.getByRole("button", { name: "Try again" })).toHaveCount(0);
});
