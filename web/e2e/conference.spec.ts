// A call with more than two in it, with sound. Of the sandbox it needs <Conference> (mixing, hold with music),
// Participants and Conferences by REST with their reports, the redirect of a live leg, and <Client> that is rung.
import { isCleanAndFits } from "./clean";
import { Desk } from "./desk";
import { hearsAmong, hearsMusic, hearsNo, hearsNoMusic } from "./ear";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";
import { conference, interpreter } from "./several";

test.use({ settings: { ...conference, CONFERENCE_MAX: "3" } });

test("an interpreter is added: three hear each other, and who is on hold hears music alone", async ({
  desk,
  open,
  world,
}) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "answer", talkSeconds: 0 });
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0 });
  const patient = new Handset(await open({ microphone: { sound: 1500 } }), world);
  const third = new Handset(await open({ microphone: { sound: 700 } }), world);
  await patient.open(visit);
  await third.open(interpreter);
  await desk.open(visit);
  await desk.call();
  await patient.button("Answer").click();
  await desk.says("Connected");
  await hearsAmong(desk.page, 1500);

  await desk.add(interpreter.name);
  await photograph(desk.page, "conference-dialling");
  await third.says(/^Ringing/);
  await expect(desk.party(interpreter.name)).toContainText("Ringing…");
  await third.button("Answer").click();
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  await expect(desk.page.getByRole("status").filter({ hasText: `${interpreter.name} is in the call` })).toBeAttached();
  await photograph(desk.page, "conference-three");
  for (const [page, tones] of [
    [desk.page, [1500, 700]],
    [patient.page, [1000, 700]],
    [third.page, [1000, 1500]],
  ] as const) {
    for (const tone of tones) await hearsAmong(page, tone);
  }

  await hearsNoMusic(patient.page);
  await desk.hold(visit.patient);
  await hearsMusic(patient.page);
  for (const page of [desk.page, third.page]) {
    await hearsNo(page, 1500);
    await hearsNoMusic(page);
  }
  await hearsNo(patient.page, 1000);
  await hearsNo(patient.page, 700);
  await hearsAmong(desk.page, 700);
  await hearsAmong(third.page, 1000);
  await photograph(desk.page, "conference-hold");
  await desk.unhold(visit.patient);
  await hearsAmong(patient.page, 700);
  await hearsAmong(desk.page, 1500);
  await hearsNoMusic(patient.page);

  await desk.button(`Mute ${interpreter.name}`).click();
  await expect(desk.party(interpreter.name)).toContainText("In the call, muted");
  await hearsNo(patient.page, 700);

  await desk.button(`Remove ${interpreter.name} from the call`).click();
  await expect(desk.party(interpreter.name)).toContainText("Removed from the call");
  await world.isIdle(interpreter.number);
  await hearsAmong(patient.page, 1000);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await world.isIdle(visit.number);
  await desk.unfold();
  await expect(desk.history).toContainText("Also in this call");
  await expect(desk.history).toContainText(interpreter.name);
});

test("an interpreter who does not answer changes nothing for the others", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "busy" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("Line busy");
  await hearsAmong(desk.page, 440);
  await desk.says("Connected");
});

test("only whom one may add is offered, and a full call says so", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("Add somebody").click();
  const list = desk.people.getByRole("group", { name: "Whom to add" });
  await expect(list.getByRole("button", { name: `Add ${interpreter.name}` })).toBeVisible();
  await expect(list.getByRole("textbox"), "no number can be typed").toHaveCount(0);
  await desk.page.keyboard.press("Escape");
  await expect(desk.button("Add somebody")).toBeFocused();
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  await desk.button("Add somebody").click();
  await expect(list).toContainText("The call is full: it can hold 3 people.");
  await photograph(desk.page, "conference-full");
});

test("the end for several is asked, and ends for all", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  await desk.hold(visit.patient);
  await desk.button("End call").click();
  await expect(desk.page.getByRole("alert").filter({ hasText: "Somebody is on hold." })).toBeVisible();
  await photograph(desk.page, "conference-end-asked");
  await desk.button("Stay in the call").click();
  await hearsAmong(desk.page, 700);
  await desk.button("End call").click();
  await desk.button("End for all").click();
  await desk.says("Call ended");
  await world.isIdle(visit.number);
  await world.isIdle(interpreter.number);
});

test("the patient leaves, and the clinician and the interpreter speak on", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  await world.act(visit.number, "hangup");
  await expect(desk.party(visit.patient)).toContainText("Left the call");
  await desk.says("Connected");
  await hearsAmong(desk.page, 700);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await world.isIdle(interpreter.number);
});

test("a page that is lost in a room leads back into the call", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter.name);
  await expect(desk.party(interpreter.name)).toContainText("In the call");
  const { page } = desk;
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await expect(desk.band.getByRole("heading")).toHaveText("Your call was cut off");
  await expect(desk.dock).toContainText(/The others wait for you for 00:\d\d more\./);
  await photograph(page, "conference-back");
  await desk.button("Back to the call").click();
  await desk.says("Connected");
  await hearsAmong(page, 440);
  await hearsAmong(page, 700);
});

test("a colleague is asked, answers, is heard, and leaves; and another time declines", async ({
  desk,
  open,
  world,
}) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const other = await world.visit("Raman", "Cartwright");
  const colleague = new Desk(await open({ microphone: { sound: 700 } }), world);
  await colleague.signIn(other.clinician);
  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("Add somebody").click();
  await expect(desk.button(`Add ${other.clinician}`), "whose page is open").toBeVisible();
  await desk.button(`Add ${other.clinician}`).click();
  await expect(colleague.joined.getByRole("heading")).toHaveText(`${visit.clinician} asks you to join a call`);
  await photograph(colleague.page, "conference-asked-to-join");
  await colleague.joined.getByRole("button", { name: "Decline" }).click();
  await expect(desk.party(other.clinician)).toContainText(/Declined|Line busy/);
  await colleague.joined.getByRole("button", { name: "Close" }).click();

  await desk.add(other.clinician);
  await colleague.joined.getByRole("button", { name: "Answer" }).click();
  await expect(colleague.joined.getByRole("heading")).toHaveText(`You are in ${visit.clinician}’s call`);
  await hearsAmong(desk.page, 700);
  await hearsAmong(colleague.page, 440);
  await hearsAmong(colleague.page, 1000);
  await photograph(colleague.page, "conference-joined");
  await colleague.joined.getByRole("button", { name: "Mute" }).click();
  await hearsNo(desk.page, 700);
  await colleague.joined.getByRole("button", { name: "Leave call" }).click();
  await expect(colleague.joined.getByRole("heading")).toHaveText("You left the call");
  await expect(desk.party(other.clinician)).toContainText("Left the call");
  await hearsAmong(desk.page, 440);
});

test("who leaves with a colleague in the call leaves it to them", async ({ desk, open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const other = await world.visit("Raman", "Cartwright");
  const colleague = new Desk(await open({ microphone: { sound: 700 } }), world);
  await colleague.signIn(other.clinician);
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(other.clinician);
  await colleague.joined.getByRole("button", { name: "Answer" }).click();
  await expect(desk.party(other.clinician)).toContainText("In the call");
  await desk.button("End call").click();
  await desk.button("Leave, the others go on").click();
  await desk.says("Call ended", /You left at \d\d:\d\d\. The others go on\./);
  await hearsAmong(colleague.page, 440);
});

for (const [width, colorScheme] of [
  [320, "light"],
  [1280, "light"],
  [1280, "dark"],
] as const) {
  test(`axe finds nothing at ${width} pixels in ${colorScheme} colours`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    await world.script(interpreter.number, { outcome: "answer", talkSeconds: 0, voice: "tone:700" });
    const desk = new Desk(await open({ viewport: { width, height: 800 }, colorScheme }), world);
    await desk.open(visit);
    await desk.talk(visit);
    await isCleanAndFits(desk.page, "a call of two");
    await desk.button("Add somebody").click();
    await expect(desk.button(`Add ${interpreter.name}`)).toBeVisible();
    await isCleanAndFits(desk.page, "whom to add");
    await desk.button(`Add ${interpreter.name}`).click();
    await expect(desk.party(interpreter.name)).toContainText("In the call");
    await desk.hold(visit.patient);
    await isCleanAndFits(desk.page, "one on hold");
    await photograph(desk.page, `conference-${width}-${colorScheme}`);
    await desk.button("End call").click();
    await expect(desk.button("End for all")).toBeVisible();
    await isCleanAndFits(desk.page, "the end, asked");
  });
}
