import { hears } from "./ear";
import { expect, test } from "./fixtures";

test.use({ settings: { TWILIO_TOKEN_TTL: "60" } });

test("the access token is renewed in a call, and the call outlives the first one", async ({ desk, world }) => {
  test.setTimeout(480_000);
  const visit = await world.visit("Adeyemi", "Ellis");
  const tokens: string[] = [];
  desk.page.on("response", async (response) => {
    if (!response.url().endsWith("/access-token") || !response.ok()) return;
    tokens.push(((await response.json()) as { data: { token: string } }).data.token);
  });
  // Every token that goes to the signalling gateway.
  const presented = new Set<string>();
  desk.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      const text = String(payload);
      if (text.includes('"listen"')) presented.add((JSON.parse(text) as { payload: { token: string } }).payload.token);
    });
  });
  await desk.open(visit);
  await desk.talk(visit);
  await expect.poll(() => tokens.length, { timeout: 180_000, message: "tokens fetched" }).toBeGreaterThanOrEqual(3);
  await expect.poll(() => presented.size, { message: "tokens presented" }).toBeGreaterThanOrEqual(3);
  await expect.poll(() => desk.seconds(), { timeout: 180_000 }).toBeGreaterThan(62);
  await desk.says("Connected");
  await hears(desk.page, 440);
  await desk.button("End call").click();
  await desk.says("Call ended", "Ended by you");
  await world.isIdle(visit.number);
});
