// Everything that the app says is in its catalogue: in the pseudo-language, what is not in
// brackets is an offender. All of them are told at once.
import type { Locator, Page } from "@playwright/test";
import { bring, PSEUDO, say, setLanguage } from "../src/words";
import audit from "../src/words/en/audit";
import check from "../src/words/en/check";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { Ear } from "./said";
import type { Visit, World } from "./world";

test.use({ settings: { LANGUAGE: PSEUDO, SESSION_AUDITOR_ROLE: "clinician" } });
test.setTimeout(180_000);

test.beforeAll(async () => {
  await setLanguage(PSEUDO);
  bring("audit", audit);
  bring("check", check);
});

/** Somebody who reads each state of a page, from the sign-in on. */
class Reader {
  private readonly ear = new Ear();
  readonly dock: Locator;

  constructor(
    readonly page: Page,
    private readonly world: World,
  ) {
    this.dock = page.getByTestId("call-dock");
  }

  /** Opens a path and signs in on the way; what is said at the door is heard too. */
  async signIn(clinician: string, path = "/"): Promise<void> {
    await this.ear.listen(this.page);
    await this.go(path);
    await expect(this.page.locator("html")).toHaveAttribute("lang", PSEUDO);
    await expect(this.button(say("session:signIn"))).toBeVisible();
    await this.hear("sign-in");
    await this.button(say("session:signIn")).click();
    await this.page.getByRole("button", { name: clinician }).click();
    await expect(this.button(say("shell:accountOf", { name: clinician }))).toBeVisible();
  }

  async go(path: string): Promise<void> {
    await this.page.goto(this.world.system.app + path);
  }

  async hear(where: string): Promise<void> {
    expect.soft(await this.ear.hear(this.page), where).toEqual([]);
    await photograph(this.page, `words-${where.replaceAll(/[^a-z]+/g, "-")}`);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async call(visit: Visit): Promise<void> {
    const name = say("appointment:call", { name: visit.patient });
    await this.page.getByTestId("start-card").getByRole("button", { name }).click();
  }
}

test("every sentence of the day and its parts is in the catalogue", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const page = await open();
  const reader = new Reader(page, world);
  await reader.signIn(visit.clinician);
  await expect(page.getByRole("link", { name: new RegExp(visit.patient) }).first()).toBeVisible();
  await reader.hear("today");
  await page.getByRole("banner").getByRole("button", { expanded: false }).last().click();
  await reader.hear("the account");
  await page.keyboard.press("Escape");
  await page.getByRole("main").getByRole("button", { expanded: false }).first().click();
  await expect(page.getByRole("grid")).toBeVisible();
  await reader.hear("the calendar");
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: say("today:search") }).fill("nobody is called so");
  await expect(page.getByRole("link", { name: new RegExp(visit.patient) })).toHaveCount(0);
  await reader.hear("nothing found");
});

test("every sentence of a call is in the catalogue", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const page = await open();
  const reader = new Reader(page, world);
  await reader.signIn(visit.clinician, `/appointments/${visit.id}`);
  await expect(page.getByRole("heading", { name: visit.patient, level: 1 })).toBeVisible();
  await reader.hear("an appointment");
  await world.script(visit.number, { outcome: "manual", voice: "tone:440" });
  await reader.call(visit);
  await world.rings(visit.number);
  await reader.hear("ringing");
  await world.act(visit.number, "answer");
  await expect(reader.button(say("calling:control.mute"))).toBeVisible();
  await reader.hear("connected");
  await reader.button(say("calling:control.mute")).click();
  await expect(reader.dock.locator("[data-band]").getByRole("heading")).toHaveText(say("calling:connected.muted"));
  await reader.hear("muted");
  await reader.button(say("calling:control.keypad")).click();
  await expect(page.getByRole("group", { name: say("calling:keypad.label") })).toBeVisible();
  await reader.hear("the keypad");
  await page.keyboard.press("Escape");
  await reader.button(say("calling:control.devices")).click();
  await expect(reader.dock.getByLabel(say("calling:devices.microphone"), { exact: true })).toBeVisible();
  await reader.hear("the devices");
  await reader.go("/no-such-page"); // the call is cut off
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(reader.dock).toBeVisible();
  await reader.hear("no such page, and a call cut off");
  await world.isIdle(visit.number);
});

test("every sentence after a call is in the catalogue", async ({ open, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const page = await open();
  const reader = new Reader(page, world);
  await reader.signIn(visit.clinician, `/appointments/${visit.id}`);
  for (const outcome of ["busy", "failed"] as const) {
    await world.script(visit.number, { outcome });
    await reader.go(`/appointments/${visit.id}`);
    await reader.call(visit);
    await expect(
      reader
        .button(say("calling:offer.again"))
        .or(reader.button(say("calling:offer.retry")))
        .first(),
    ).toBeVisible();
    await reader.hear(`after a call: ${outcome}`);
  }
  await page.locator("main details").evaluateAll((folds) => {
    for (const one of folds) (one as HTMLDetailsElement).open = true;
  });
  await reader.hear("the history, open");
});

test("every sentence of unusual appointments is in the catalogue", async ({ open, world, guard }) => {
  guard.expectErrors(/status of 40[34]/);
  const page = await open();
  const reader = new Reader(page, world);
  await reader.signIn((await world.unusual("daughter")).clinician);
  for (const special of ["daughter", "group", "household", "deceased", "cancelled", "missed", "unreadable"]) {
    const other = await world.unusual(special);
    await reader.go(`/appointments/${other.id}`);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await reader.hear(`an appointment: ${special}`);
  }
  await reader.go("/appointments/nobody-s");
  await expect(page.getByRole("alert").first()).toBeVisible();
  await reader.hear("an appointment that is not there");
});

test("every sentence of the check and of the auditor’s pages is in the catalogue", async ({ open, world, guard }) => {
  guard.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  const visit = await world.visit("Adeyemi", "Ellis");
  const page = await open();
  const reader = new Reader(page, world);
  await reader.signIn(visit.clinician, "/check");
  await expect(reader.button(say("check:start"))).toBeVisible();
  await reader.hear("the check, before");
  await reader.button(say("check:start")).click();
  await expect(reader.button(say("check:running"))).toBeVisible();
  await reader.hear("the check, running");
  await reader.button(say("check:speaker.no")).click();
  await reader.hear("the check, after");

  await reader.go("/calls");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await reader.hear("all calls");
  await page.context().setOffline(true);
  await expect(page.getByText(say("live:offline"))).toBeVisible();
  await reader.hear("offline");
  await page.context().setOffline(false);
});
