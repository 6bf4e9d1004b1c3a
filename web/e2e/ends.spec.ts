// A call that cannot be hung up by the browser, and what is not there where a clinic does not use it.
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("while the signalling is down a call is hung up by the service", async ({ desk, world, guard }) => {
  // 409: the gateway may have noticed at once that the sound stopped.
  guard.expectErrors(/WebSocket connection to .* failed/, /status of 409 .*\/end\)/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await world.network({ signalling: false });
  await desk.says("Reconnecting…");
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await expect(desk.dock).toContainText("The line is hung up at every end.");
  await photograph(desk.page, "ended-by-the-service");
  // The gateway's own notice comes after 15 s at the earliest.
  await expect.poll(async () => (await world.phone(visit.number)).state, { timeout: 8_000 }).toBe("idle");
});

test("without rooms and recording nothing of them is shown or asked for", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const asked: string[] = [];
  desk.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await desk.open(visit);
  await desk.talk(visit);
  await expect(desk.people).toHaveCount(0);
  await expect(desk.recording).toHaveCount(0);
  await desk.button("End call").click();
  await desk.says("Call ended");
  await desk.unfold();
  await expect(desk.history).not.toContainText(/[Rr]ecorded by|Recordings|Also in this call/);
  expect(asked.filter((path) => /participants|recording|availability/.test(path))).toEqual([]);
});
