import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Desk } from "./desk";
import { hears } from "./ear";
import { test } from "./fixtures";
import { Handset } from "./handset";
import { artefacts, pictures } from "./places";

// Always taken, so that it works when it is wanted; kept in docs/ only on request.
const folder = process.env.UPDATE_PICTURES === "1" ? pictures : artefacts;

test("the picture of the README: a call, as both sides see it", async ({ open, world, browsers }) => {
  const visit = await world.visit("Adeyemi", "Cartwright");
  const desk = new Desk(await open({ viewport: { width: 1180, height: 720 } }), world);
  const handset = new Handset(
    await open({ viewport: { width: 420, height: 720 }, microphone: { sound: 1500 } }),
    world,
  );
  await world.script(visit.number, { outcome: "manual" });
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.button("Answer").click();
  await desk.says("Connected");
  await hears(desk.page, 1500);
  await hears(handset.page, 1000);
  const sides = [];
  for (const page of [desk.page, handset.page])
    sides.push((await page.screenshot({ animations: "disabled" })).toString("base64"));

  const browser = await browsers.with({ sound: 1000, permission: "granted" });
  const sheet = await browser.newPage({ viewport: { width: 1672, height: 768 } });
  await sheet.setContent(`<style>
      body { margin: 0; padding: 24px; display: flex; gap: 24px; background: #dfe7e8; }
      img { display: block; border-radius: 10px; box-shadow: 0 2px 12px rgb(31 42 48 / 25%); }
    </style>${sides.map((side) => `<img alt="" src="data:image/png;base64,${side}">`).join("")}`);
  mkdirSync(folder, { recursive: true });
  await sheet.screenshot({ path: join(folder, "call.png") });
  await sheet.close();
});
