import { Desk } from "./desk";
import { hangEars } from "./ear";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("a second tab says that the call is in the first, and places none", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  const second = new Desk(await desk.page.context().newPage(), world);
  await hangEars(second.page);
  await second.open(visit);
  await desk.talk(visit);
  await second.says("You are in a call in another tab", "End that call before you start one here.");
  await expect(second.callButton).toHaveCount(0);
  await photograph(second.page, "second-tab");
  await desk.button("End call").click();
  await desk.says("Call ended");
  await second.ready();
});

test("after a page is lost in a call, the state comes from the server", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await expect(desk.moments().first()).toContainText(`${visit.patient} answered`);
  const context = desk.page.context();
  await desk.page.close({ runBeforeUnload: false });

  const next = new Desk(await context.newPage(), world);
  await next.open(visit);
  await next.ready();
  await expect(next.history).toContainText(`${visit.patient} answered`);
  // Nobody is at the clinician's end any more: the gateway ends the call and the record says so.
  await expect(next.moments().first()).toContainText("Call ended");
  await world.isIdle(visit.number);
  await photograph(next.page, "after-a-lost-page");
});
