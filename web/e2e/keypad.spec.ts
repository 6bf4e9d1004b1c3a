import { hear } from "./ear";
import { expect, test } from "./fixtures";
import { Handset } from "./handset";
import { photograph } from "./picture";

test("digits pressed by the clinician arrive at the patient's phone", async ({ desk, world, open }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const handset = new Handset(await open({ microphone: { sound: 1500 } }), world);
  await world.script(visit.number, { outcome: "answer", talkSeconds: 0 });
  await handset.open(visit);
  await desk.open(visit);
  await desk.call();
  await handset.button("Answer").click();
  await desk.says("Connected");

  await desk.button("Keypad").click();
  const keypad = desk.dock.getByRole("group", { name: "Keypad" });
  for (const key of ["1", "2", "star"]) await keypad.getByRole("button", { name: key, exact: true }).click();
  for (const key of ["0", "9", "#"]) await desk.page.keyboard.press(key);
  await expect(desk.dock.getByTestId("typed")).toHaveText("12*09#");
  await expect.poll(async () => (await world.phone(visit.number)).digits).toBe("12*09#");
  await expect(handset.page.locator("#digits")).toHaveText("12*09#");
  await photograph(desk.page, "keypad");
  await photograph(handset.page, "phone-keys");

  const { callSid = "" } = await world.phone(visit.number);
  await expect
    .poll(async () => {
      const { transcript } = await world.call(callSid);
      return transcript
        .filter((said) => said.kind === "digits")
        .map((said) => said.text)
        .join("");
    })
    .toBe("12*09#");
  await desk.page.keyboard.press("Escape");
  await expect(keypad).toHaveCount(0);
  await expect(desk.button("Keypad")).toBeFocused();
});

test("keys pressed by the patient are heard as tones", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "silence" });
  await desk.call();
  await desk.says("Connected");
  const { callSid = "" } = await world.phone(visit.number);
  await expect
    .poll(async () => (await world.call(callSid)).legs.some((leg) => (leg.media?.packetsOut ?? 0) > 0))
    .toBe(true);
  // The key 1 is the two tones of 697 and 1209 Hz (ITU-T Q.23).
  await expect
    .poll(async () => {
      const press = () => world.act(visit.number, "digits", { digits: "11111111" });
      await press();
      const low = await hear(desk.page, 697);
      await press(); // the first are over by now, if listening takes its time
      const high = await hear(desk.page, 1209);
      return low.level > 0.01 && low.share > 0.25 && high.share > 0.25;
    })
    .toBe(true);
});
