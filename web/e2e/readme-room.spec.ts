// The README's picture of a call with an interpreter in it, being recorded, as the demo has it; and what the demo says
// of its reviewer.
import { hearsAmong } from "./ear";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { keep } from "./stills";

test.use({ settings: { CONFERENCE: "true", RECORDING: "asked" } });

test("the still picture of the README: a call of three, recorded, which the demo’s reviewer hears and may delete", async ({
  desk,
  open,
  world,
}) => {
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
  await desk.button("End call").click();
  await desk.button("End for all").click();
  await desk.says("Call ended");

  const reviewer = await open();
  await reviewer.goto(`${world.system.app}/recordings`);
  await reviewer.getByRole("button", { name: "Sign in" }).click();
  await reviewer.getByRole("button", { name: "Mr Samuel Osei" }).click();
  await expect(reviewer.getByText(`Patient: ${visit.patient}`)).toBeVisible();
  await expect(reviewer.getByRole("button", { name: /^Play Recording 1/ })).toBeVisible();
  await expect(reviewer.getByRole("button", { name: /^Delete Recording 1/ })).toBeVisible();
  await photograph(reviewer, "recording-reviewer");
});
