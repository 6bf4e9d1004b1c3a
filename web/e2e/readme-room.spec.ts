// The README's picture of a call with an interpreter in it, being recorded, as the demo has it.
import { hearsAmong } from "./ear";
import { expect, test } from "./fixtures";
import { keep } from "./stills";

test.use({ settings: { CONFERENCE: "true", RECORDING: "asked" } });

test("the still picture of the README: a call of three, recorded", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const interpreter = "Ms Agnieszka Nowak";
  await desk.open(visit);
  await desk.talk(visit);
  await desk.add(interpreter);
  await expect(desk.party(interpreter)).toContainText("In the call");
  await desk.record();
  await hearsAmong(desk.page, 440);
  await expect.poll(() => desk.seconds()).toBeGreaterThanOrEqual(12);
  await keep(desk.page, "room.png");
});
