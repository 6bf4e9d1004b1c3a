// Everything that the app says is in its catalogue: in the pseudo-language, what is not in
// brackets is an offender. All of them are told at once.
import type { Locator } from "@playwright/test";
import { bring, PSEUDO, say, setLanguage } from "../src/words";
import check from "../src/words/en/check";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { Ear } from "./said";

test.use({ settings: { LANGUAGE: PSEUDO, SESSION_AUDITOR_ROLE: "clinician" } });

test.beforeAll(async () => {
  await setLanguage(PSEUDO);
  bring("check", check);
});

test("every sentence is in the catalogue", async ({ open, world, guard }) => {
  guard.expectErrors(/status of 40[34]/, /ERR_INTERNET_DISCONNECTED/);
  test.setTimeout(400_000);
  const page = await open();
  const ear = new Ear();
  await ear.listen(page);
  const hear = async (where: string) => expect.soft(await ear.hear(page), where).toEqual([]);
  const button = (name: string): Locator => page.getByRole("button", { name, exact: true });
  const dock = page.getByTestId("call-dock");
  const says = (heading: string) => expect(dock.locator("[data-band]").getByRole("heading")).toHaveText(heading);
  const visit = await world.visit("Adeyemi", "Ellis");

  await page.goto(world.system.app);
  await expect(page.locator("html")).toHaveAttribute("lang", PSEUDO);
  await expect(button(say("session:signIn"))).toBeVisible();
  await hear("sign-in");
  await photograph(page, "words-sign-in");
  await button(say("session:signIn")).click();
  await page.getByRole("button", { name: visit.clinician }).click();

  await expect(page.getByRole("link", { name: new RegExp(visit.patient) }).first()).toBeVisible();
  await hear("today");
  await photograph(page, "words-today");
  await page.getByRole("banner").getByRole("button", { expanded: false }).last().click();
  await hear("the account");
  await page.keyboard.press("Escape");
  await page.getByRole("main").getByRole("button", { expanded: false }).first().click();
  await hear("the calendar");
  await page.keyboard.press("Escape");
  const search = page.getByRole("textbox", { name: say("today:search") });
  await search.fill("nobody is called so");
  await hear("nothing found");
  await search.fill("");

  await page.goto(`${world.system.app}/appointments/${visit.id}`);
  await expect(page.getByRole("heading", { name: visit.patient, level: 1 })).toBeVisible();
  await hear("an appointment");
  await photograph(page, "words-appointment");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await page
    .getByTestId("start-card")
    .getByRole("button", { name: say("appointment:call", { name: visit.patient }) })
    .click();
  await world.rings(visit.number);
  await hear("ringing");
  await world.act(visit.number, "answer");
  await expect(button(say("calling:control.mute"))).toBeVisible();
  await hear("connected");
  await button(say("calling:control.mute")).click();
  await says(say("calling:connected.muted"));
  await hear("muted");
  await button(say("calling:control.keypad")).click();
  await hear("the keypad");
  await page.keyboard.press("Escape");
  await button(say("calling:control.devices")).click();
  await hear("the devices");
  await photograph(page, "words-devices");
  await page.goto(`${world.system.app}/no-such-page`); // the call is cut off
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await hear("no such page, and a call cut off");
  await world.isIdle(visit.number);

  for (const outcome of ["busy", "failed"] as const) {
    await world.script(visit.number, { outcome });
    await page.goto(`${world.system.app}/appointments/${visit.id}`);
    await page
      .getByTestId("start-card")
      .getByRole("button", { name: say("appointment:call", { name: visit.patient }) })
      .click();
    await expect(dock.locator("[data-band]")).toContainText(
      outcome === "busy" ? say("calling:ended.busy", { name: visit.patient }) : /\[/,
    );
    await expect(
      button(say("calling:offer.again"))
        .or(button(say("calling:offer.retry")))
        .first(),
    ).toBeVisible();
    await hear(`after a call: ${outcome}`);
    await photograph(page, `words-${outcome}`);
  }
  await page.locator("main details").evaluateAll((folds) => {
    for (const one of folds) (one as HTMLDetailsElement).open = true;
  });
  await hear("the history, open");

  for (const special of ["deceased", "family", "twins", "cancelled"]) {
    const other = await world.unusual(special).catch(() => undefined);
    if (!other) continue;
    await page.goto(`${world.system.app}/appointments/${other.id}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await hear(`an appointment: ${special}`);
  }

  await page.goto(`${world.system.app}/check`);
  await expect(button(say("check:start"))).toBeVisible();
  await hear("the check, before");
  await button(say("check:start")).click();
  await expect(button(say("check:running"))).toBeVisible();
  await hear("the check, running");
  await button(say("check:speaker.no")).click();
  await hear("the check, after");
  await photograph(page, "words-check");

  await page.goto(`${world.system.app}/calls`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await hear("all calls");
  await page.context().setOffline(true);
  await expect(page.getByText(say("live:offline"))).toBeVisible();
  await hear("offline");
  await page.context().setOffline(false);
  await page.goto(`${world.system.app}/appointments/nobody-s`);
  await expect(page.getByRole("alert").first()).toBeVisible();
  await hear("an appointment that is not there");
});
