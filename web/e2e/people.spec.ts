// Whom a call reaches: what the clinician sees, and what the record says.
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import type { Unusual } from "./world";

const tone = { outcome: "answer", ringSeconds: 1, talkSeconds: 0, voice: "tone:440" } as const;

/** Opens an appointment where nobody need be chosen yet. */
async function openCase(desk: Desk, visit: Unusual): Promise<void> {
  await desk.signIn(visit.clinician, `/appointments/${visit.id}`);
  await expect(desk.start).toBeVisible();
}

test("a daughter is called by her own name, from the choice to the record", async ({ desk, world }) => {
  const visit = await world.unusual("daughter");
  const { relative } = visit;
  const number = relative?.phones[0]?.number ?? "";
  const name = relative?.name ?? "";
  await world.script(number, { outcome: "manual", voice: "tone:440" });
  const { page } = desk;
  await openCase(desk, visit);
  await expect(desk.callButton).toHaveText(`Call ${visit.patient}`);
  await desk.choose(new RegExp(`${name} \\(.*daughter\\)`));
  await photograph(page, "daughter-chosen");
  await expect(desk.callButton).toHaveText(new RegExp(`^Call ${name} \\(.*daughter\\)$`));
  await desk.callButton.click();
  await desk.says("Calling…", `Ringing ${name}’s phone`);
  const status = page.getByRole("status");
  await expect(status.filter({ hasText: new RegExp(`Calling ${name} \\(.*daughter\\)`) })).toBeAttached();
  await world.rings(number);
  await expect(desk.dock).toContainText(name);
  await expect(desk.moments().first()).toContainText(`Ringing ${name}’s phone`);
  await photograph(page, "daughter-ringing");
  await world.act(number, "answer");
  await desk.says("Connected");
  await desk.button("Mute").click();
  await desk.says("Connected, you are muted", `${name} cannot hear you`);
  await expect(desk.dock).not.toContainText(/patient|Walter/i);
  await desk.button("Unmute").click();
  await expect(desk.history).toContainText(`${name} answered`);
  await world.act(number, "hangup");
  await desk.says("Call ended", new RegExp(`Ended by ${name} at \\d\\d:\\d\\d`));
  await expect(desk.moments().first()).toContainText(/Call ended, \d+ s/);
  await expect(desk.moments().first()).toContainText(`Ended by ${name}`);
  await photograph(page, "daughter-ended");
  expect((await world.phone(visit.number)).state, "the patient's phone").toBe("idle");

  await expect(async () => {
    const [communication] = await world.communications(visit.patientId);
    expect(communication?.subject).toMatchObject({ reference: `Patient/${visit.patientId}` });
    expect(communication?.recipient).toMatchObject([{ reference: `RelatedPerson/${relative?.id}` }]);
  }).toPass();
  await page.getByRole("link", { name: "Today", exact: true }).click();
  await expect(desk.row(visit.patient)).toContainText(name);
  await photograph(page, "daughter-today");
});

test("each patient of a group is a patient with a name, and none is called by itself", async ({ desk, world }) => {
  const visit = await world.unusual("group");
  const [first, second] = visit.patients;
  const number = second?.phones[0]?.number ?? "";
  await world.script(number, tone);
  await desk.signIn(visit.clinician);
  await expect(desk.row(visit.patient)).toContainText(second?.name ?? "");
  await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
  await expect(desk.page.getByRole("heading", { level: 1 })).toHaveText(`${first?.name} and ${second?.name}`);
  await expect(desk.start).toContainText("Choose whom to call");
  await expect(desk.start).toContainText("Several patients take part.");
  await expect(desk.callButton).toHaveCount(0);
  await expect(desk.page.getByText("related person")).toHaveCount(0);
  await photograph(desk.page, "group");
  await desk.choose(new RegExp(second?.name ?? ""));
  await expect(desk.callButton).toHaveText(`Call ${second?.name}`);
  await desk.callButton.click();
  await desk.says("Connected");
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await expect(desk.history).toContainText(`${second?.name} answered`);
  await expect(async () => {
    const [communication] = await world.communications(second?.id ?? "");
    expect(communication?.recipient).toMatchObject([{ reference: `Patient/${second?.id}` }]);
  }).toPass();
  expect(await world.communications(first?.id ?? ""), "nothing in the other one's record").toEqual([]);
});

test("of two patients with one number, the record is of the one who was chosen", async ({ desk, world }) => {
  const visit = await world.unusual("household");
  const [first, second] = visit.patients;
  const number = second?.phones[0]?.number ?? "";
  expect(number).toBe(first?.phones[0]?.number);
  await world.script(number, tone);
  await openCase(desk, visit);
  await desk.choose(new RegExp(second?.name ?? ""));
  await expect(desk.callButton).toHaveText(`Call ${second?.name}`);
  await desk.callButton.click();
  await desk.says("Connected");
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await expect(desk.history).toContainText(`${second?.name} answered`);
  await photograph(desk.page, "household");
  await expect(async () => {
    const [communication] = await world.communications(second?.id ?? "");
    expect(communication?.recipient).toMatchObject([{ reference: `Patient/${second?.id}` }]);
  }).toPass();
  expect(await world.communications(first?.id ?? "")).toEqual([]);
});

test("a patient who has died is marked, and the household called only after a yes", async ({ desk, world }) => {
  const visit = await world.unusual("deceased");
  await world.script(visit.number, tone);
  const { page } = desk;
  await desk.signIn(visit.clinician);
  await expect(desk.row(visit.patient)).toContainText("Deceased");
  await photograph(page, "deceased-today");
  await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
  await expect(page.getByRole("main").getByText("Deceased", { exact: true })).toBeVisible();
  await desk.ready(`The record says ${visit.patient} has died.`);
  const before = await world.callsPlaced();
  await desk.callButton.click();
  await desk.says(`The record says ${visit.patient} has died`, "Call the household?");
  await expect(desk.button("Do not call")).toBeVisible();
  await photograph(page, "deceased-asks");
  await desk.button("Do not call").click();
  await desk.ready();
  expect(await world.callsPlaced()).toBe(before);

  await desk.callButton.click();
  await desk.button("Call the household").click();
  await desk.says("Calling…", `Ringing the household of ${visit.patient}`);
  await desk.says("Connected");
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await expect(desk.history).toContainText(`The household of ${visit.patient} answered`);
  await photograph(page, "deceased-called");
  await desk.button("Call again").click();
  await desk.says(`The record says ${visit.patient} has died`);
});

for (const [name, words] of [
  ["cancelled", "This appointment was cancelled"],
  ["missed", "This appointment was missed"],
] as const) {
  test(`for an appointment that was ${name}, the app asks before it calls`, async ({ desk, world }) => {
    const visit = await world.unusual(name);
    await world.script(visit.number, tone);
    await openCase(desk, visit);
    const before = await world.callsPlaced();
    await desk.callButton.click();
    await desk.says(words, `Call ${visit.patient} all the same?`);
    await photograph(desk.page, `${name}-asks`);
    await desk.button("Do not call").click();
    await desk.ready();
    expect(await world.callsPlaced()).toBe(before);
    await desk.callButton.click();
    await desk.button("Call all the same").click();
    await desk.says("Connected");
    await desk.button("End call").click();
    await desk.says("Call ended", "Ended by you");
  });
}

test("an entry that is no number is shown as it stands, and an extension is told", async ({ desk, world }) => {
  const visit = await world.unusual("unreadable");
  await world.script(visit.number, tone);
  const { page } = desk;
  await desk.signIn(visit.clinician);
  await expect(desk.row(visit.patient)).toContainText("1 telephone entry cannot be read");
  await photograph(page, "unreadable-today");
  await desk.row(visit.patient).getByRole("link", { name: /^Open/ }).click();
  await expect(page.getByText("A telephone entry cannot be read.")).toBeVisible();
  await expect(page.getByText("0161 496 (home)")).toBeVisible();
  await desk.ready("Ask for extension 123.");
  await photograph(page, "unreadable");
  await desk.callButton.click();
  await desk.says("Calling…", `Ringing ${visit.patient}’s phone. Ask for extension 123.`);
  await desk.says("Connected", "Ask for extension 123.");
});

test("the cases at 320 pixels: long names and questions are not cut off", async ({ open, world }) => {
  const narrow = new Desk(await open({ viewport: { width: 320, height: 640 } }), world);
  const visit = await world.unusual("deceased");
  await openCase(narrow, visit);
  const fits = async (name: string) => {
    const { scroll, width } = await narrow.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      width: document.documentElement.clientWidth,
    }));
    expect(scroll, name).toBeLessThanOrEqual(width);
    await photograph(narrow.page, name);
  };
  await narrow.choose(/wife/);
  await fits("narrow-relative");
  await narrow.choose(new RegExp(visit.patient));
  await narrow.callButton.click();
  await narrow.says(/has died/);
  await fits("narrow-asks");
});
