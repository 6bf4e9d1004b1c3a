import { Desk } from "./desk";
import { hears, hearsNo } from "./ear";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { hasPrompts } from "./permission";
import { photograph } from "./picture";

const denied =
  "Your browser is not letting this site use the microphone. Select the icon left of the address, set Microphone to Allow, then choose Check again.";

test("the browser really denies the microphone", async ({ open, world }) => {
  const desk = new Desk(await open({ microphone: { permission: "denied" } }), world);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.call();
  await desk.warns(denied);
  await photograph(desk.page, "microphone-denied");
  expect((await world.phone(visit.number)).state).toBe("idle");
  await desk.button("Check again").click();
  await desk.warns(denied);

  if (!hasPrompts()) return; // such a browser cannot change its mind; the next test has the way out
  await desk.page.context().grantPermissions(["microphone"]);
  await desk.button("Check again").click();
  await desk.ready("Your microphone works.");
  await desk.talk(visit);
});

test("a microphone that was denied is allowed in the browser's settings", async ({ desk, world }) => {
  await desk.page.addInitScript(() => {
    const media = navigator.mediaDevices;
    const ask = media.getUserMedia.bind(media);
    media.getUserMedia = async (wanted) => {
      if (document.documentElement.dataset.allowed) return ask(wanted);
      throw new DOMException("Permission denied", "NotAllowedError");
    };
    const query = navigator.permissions.query.bind(navigator.permissions);
    navigator.permissions.query = async (what) => {
      const status = await query(what);
      const state = document.documentElement.dataset.allowed ? "granted" : "denied";
      return what.name === ("microphone" as PermissionName)
        ? Object.defineProperty(status, "state", { value: state })
        : status;
    };
  });
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.call();
  await desk.warns(denied);
  await desk.page.evaluate(() => {
    document.documentElement.dataset.allowed = "yes";
  });
  await desk.button("Check again").click();
  await desk.ready("Your microphone works.");
  await desk.talk(visit);
});

test("there is no microphone", async ({ open, world }) => {
  const desk = new Desk(await open({ microphone: { sound: "none" } }), world);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.call();
  await desk.warns("We could not find a microphone. Plug in a headset, then choose Check again.");
  await expect(desk.button("Check again")).toBeVisible();
  await photograph(desk.page, "microphone-missing");
});

test("a microphone that hears nothing is noticed, and another one chosen in the call", async ({ open, world }) => {
  const desk = new Desk(await open({ microphone: { sound: "silence" } }), world);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  await desk.says("We can’t hear you", "Check that your headset is on and not muted.");
  await photograph(desk.page, "microphone-silent");
  await desk.button("Change microphone").click();
  await expect(desk.dock.getByLabel("Microphone", { exact: true })).toBeFocused();
});

test("the microphone is changed in a call, and the patient still hears", async ({ desk, open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await world.script(visit.number, { outcome: "answer" });
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await handset.open(visit);
  await desk.open(visit);
  await desk.openDevices();
  await desk.dock.getByRole("button", { name: "Test microphone" }).click();
  const level = desk.dock.getByRole("meter", { name: "Microphone level" });
  await expect.poll(async () => Number(await level.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
  await desk.call();
  await handset.button("Answer").click();
  await desk.says("Connected");
  await hears(handset.page, 1000);
  const picker = desk.dock.getByLabel("Microphone", { exact: true });
  await picker.selectOption({ label: "Fake Audio Input 2" });
  await hears(handset.page, 1000);
  await desk.button("Mute").click();
  await hearsNo(handset.page, 1000);
  await desk.dock.getByLabel("Speaker", { exact: true }).selectOption({ label: "Fake Audio Output 1" });
  await desk.says("Connected, you are muted");
});
