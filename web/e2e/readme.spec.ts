// The pictures of the README: a call from the day's list to the note after it, as
// both sides see it. Always taken, so that it works when it is wanted; kept in
// docs/ only on request.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { Desk } from "./desk";
import { hears } from "./ear";
import { Film } from "./film";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { pictures, readme } from "./places";
import { folder, keep, write } from "./stills";

const MOVING = "call.webp";

test("the moving picture of the README: a call, from the day’s list to the note after it", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  await world.script(visit.number, { outcome: "manual" });
  const desk = new Desk(await open({ viewport: { width: 820, height: 640 } }), world);
  const handset = new Handset(
    await open({ viewport: { width: 330, height: 640 }, microphone: { sound: 1500 } }),
    world,
  );
  await handset.open(visit);
  await desk.signIn(visit.clinician);
  const film = new Film([desk.page, handset.page]);
  mkdirSync(folder, { recursive: true });

  film.roll();
  await film.press(desk.row(visit.patient).getByRole("button", { name: /^Call/ }));
  await expect(handset.button("Answer")).toBeVisible();
  await film.press(handset.button("Answer"));
  await desk.says("Connected");
  await hears(desk.page, 1500);
  await hears(handset.page, 1000);
  await expect.poll(() => desk.seconds()).toBeGreaterThan(3);
  await write("call.png", await film.still());

  await film.press(desk.button("End call"));
  await desk.says("Call ended");
  const after = desk.page.getByRole("region", { name: "After the call" });
  await film.press(after.getByRole("radio", { name: "Spoke with the patient", exact: true }));
  await film.press(after.getByRole("button", { name: "Save" }));
  await expect(after.getByRole("status")).toHaveText("Saved.");
  await film.cut();

  const moving = await film.develop();
  writeFileSync(join(folder, MOVING), moving);
  await moves(moving);
});

test("the still pictures of the README: the day beside an appointment, after a call, an auditor’s calls", async ({
  open,
  world,
}) => {
  mkdirSync(folder, { recursive: true });
  const desk = new Desk(await open({ viewport: { width: 1280, height: 720 } }), world);
  const [first, visit] = [await world.visit("Adeyemi", "Ellis"), await world.visit("Adeyemi", "Rahman")];
  await world.script(first.number, { outcome: "busy", ringSeconds: 1 });
  await desk.open(first);
  await desk.call();
  await desk.says("Line busy");
  await desk.button("Close").click();

  await desk.open(visit);
  await desk.talk(visit);
  await desk.button("End call").click();
  await desk.says("Call ended");
  const after = desk.page.getByRole("region", { name: "After the call" });
  await after.getByRole("radio", { name: "Spoke with the patient", exact: true }).check();
  await after.getByRole("button", { name: "Add a note" }).click();
  await after.getByLabel("Note").fill("Numbness is less; review in four weeks.");
  await keep(desk.page, "after.png");
  await after.getByRole("button", { name: "Save" }).click();
  await expect(after.getByRole("status")).toHaveText("Saved.");
  await desk.button("Close").click();
  await desk.ready();
  await expect(desk.history).toContainText("review in four weeks");
  await keep(desk.page, "day.png");

  const auditor = await open({ viewport: { width: 1280, height: 720 } });
  await auditor.goto(`${world.system.app}/calls`);
  await auditor.getByRole("button", { name: "Sign in" }).click();
  await auditor.getByRole("button", { name: "Ms Edith Warren" }).click();
  await expect(auditor.getByRole("row").filter({ hasText: visit.patient }).first()).toBeVisible();
  await keep(auditor, "calls.png");
});

test("the README shows pictures that are there, and one of them moves", async () => {
  const shown = [...readFileSync(readme, "utf8").matchAll(/!\[[^\]]+\]\(docs\/pictures\/([^)]+)\)/g)].map(
    ([, name]) => name,
  );
  expect(shown).toContain(MOVING);
  const kept = readdirSync(pictures).filter((name) => statSync(join(pictures, name)).isFile());
  expect(kept.sort(), "each is shown").toEqual(shown.sort());
  for (const name of kept.filter((one) => one !== MOVING)) {
    expect(statSync(join(pictures, name)).size, name).toBeLessThan(160_000);
  }
  await moves(readFileSync(join(pictures, MOVING)));
});

/** A picture of many frames that plays by itself, and is loaded before anybody has scrolled on. */
async function moves(picture: Buffer): Promise<void> {
  const { pages = 1, width = 0, delay = [], loop } = await sharp(picture, { animated: true }).metadata();
  expect(pages).toBeGreaterThan(5);
  expect(delay.length).toBe(pages);
  expect(loop, "again and again").toBe(0);
  expect(width).toBeLessThanOrEqual(960);
  expect(picture.length).toBeLessThan(1_000_000);
}
