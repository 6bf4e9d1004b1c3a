import { hears } from "./ear";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";

test("the signalling breaks and comes back: the sound never stops", async ({ desk, world, guard }) => {
  guard.expectErrors(/WebSocket connection to .* failed/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await world.network({ signalling: false });
  await desk.says("Reconnecting…", `Stay on this page. ${visit.patient} is still on the line.`);
  await photograph(desk.page, "call-reconnecting");
  await hears(desk.page, 440);
  const before = await desk.seconds();
  await expect.poll(() => desk.seconds(), { message: "the timer runs on" }).toBeGreaterThan(before);
  await world.network({});
  await desk.says("Connected");
  await hears(desk.page, 440);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await world.isIdle(visit.number);
});

test("the sound breaks and comes back: reconnecting, then reconnected", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await world.network({ media: false });
  await desk.says("Reconnecting…", `${visit.patient} is still on the line.`);
  await photograph(desk.page, "call-reconnecting-media");
  await world.network({});
  await desk.says(/^Connected/);
  await hears(desk.page, 440);
});

test("packets get lost: the connection is called weak, and good again", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  let flows = true;
  await expect
    .poll(
      async () => {
        flows = !flows;
        await world.network({ media: flows });
        return desk.band.getByRole("heading").innerText();
      },
      { intervals: [150], message: "the loss is noticed" },
    )
    .toBe("Connected, weak connection");
  await world.network({});
  await expect(desk.band).toContainText(`${visit.patient} may hear gaps. Move closer to your router or use a cable.`);
  await photograph(desk.page, "call-weak");
  await desk.says("Connected");
});

test("no call can be placed while the signalling is down, and none is when it is back", async ({
  desk,
  world,
  guard,
}) => {
  guard.expectErrors(/WebSocket connection to .* failed/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  const before = await world.callsPlaced();
  await world.network({ signalling: false });
  await desk.call();
  await desk.warns("The call could not be placed. Check your connection, then try again.");
  await photograph(desk.page, "trouble-placing");
  await world.network({});
  await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "tone:440" });
  await desk.button("Try again").click();
  await desk.says("Connected");
  expect(await world.callsPlaced(), "nothing of the first try was left").toBe(before + 1);
});

test("no access token can be had: a sentence, and a way out", async ({ desk, world, guard }) => {
  guard.expectErrors(/access-token/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.page.route("**/access-token", (route) => route.abort("connectionfailed"));
  await desk.call();
  await desk.warns("Check your connection, then try again.");
  await photograph(desk.page, "trouble-token");
  await desk.page.unroute("**/access-token");
  await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "tone:440" });
  await desk.button("Try again").click();
  await desk.says("Connected");
});
