// A clinician's page, used as a person uses it: by roles and words.
import { expect, type Locator, type Page } from "@playwright/test";
import { hears } from "./ear";
import type { Visit, World } from "./world";

export class Desk {
  /** The call, on every page. */
  readonly dock: Locator;
  readonly band: Locator;
  readonly timer: Locator;
  /** Where a call of the open appointment begins. */
  readonly start: Locator;
  readonly history: Locator;
  /** Who is in the call; there only where the clinic adds people. */
  readonly people: Locator;
  /** Whether the call is recorded; there only where the clinic records. */
  readonly recording: Locator;
  /** A colleague's call that this page is asked to join. */
  readonly joined: Locator;
  /** "Call Mrs Margaret Ellis": whoever is chosen. */
  readonly callButton: Locator;

  constructor(
    readonly page: Page,
    readonly world: World,
  ) {
    this.dock = page.getByTestId("call-dock");
    this.band = this.dock.locator("[data-band]");
    this.timer = this.dock.getByRole("timer").first(); // a recording has one of its own behind it
    this.people = this.dock.getByRole("region", { name: "People in this call" });
    this.recording = this.dock.getByRole("region", { name: "Recording of this call" });
    this.joined = page.getByTestId("joined-dock");
    this.start = page.getByTestId("start-card");
    this.callButton = this.start.getByRole("button", { name: /^Call / });
    this.history = page.getByRole("region", { name: "Call history" });
  }

  /** Opens a path of the app, signing in on the way; a tab beside another one is let in without a question. */
  async signIn(clinician: string, path = "/"): Promise<void> {
    await this.page.goto(this.world.system.app + path);
    const door = this.page.getByRole("button", { name: "Sign in" });
    const account = this.page.getByRole("button", { name: `${clinician}: your account` });
    await expect(door.or(account)).toBeVisible();
    if (await account.isVisible()) return;
    await door.click();
    await this.page.getByRole("button", { name: clinician }).click();
    await expect(account).toBeVisible();
  }

  /** Signs in and opens the appointment; its patient can be called then. */
  async open(visit: Visit): Promise<void> {
    await this.signIn(visit.clinician, `/appointments/${visit.id}`);
    await expect(this.callButton).toBeVisible();
  }

  /** One of the numbers of the appointment, by whose it is. */
  async choose(whose: string | RegExp): Promise<void> {
    await this.page.getByRole("radio", { name: whose }).check();
  }

  /** The appointment's row in the list of the day. */
  row(patient: string): Locator {
    const list = this.page.getByRole("list", { name: "Appointments" });
    return list.getByRole("listitem").filter({ hasText: patient });
  }

  /** What stands in the account's panel. */
  async account(): Promise<Locator> {
    const button = this.page.getByRole("button", { name: /: your account$/ });
    await button.click();
    return button.locator("xpath=..");
  }

  /** One of the call's own. */
  button(name: string): Locator {
    return this.dock.getByRole("button", { name, exact: true });
  }

  /** Opens the microphone and the speaker, wherever there is no call. */
  async openDevices(): Promise<void> {
    await this.page
      .getByRole("banner")
      .getByRole("button", { name: /Microphone and speaker/ })
      .click();
    await expect(this.dock.getByLabel("Microphone", { exact: true })).toBeVisible();
  }

  async call(): Promise<void> {
    await this.callButton.click();
  }

  /** Waits until a call can begin: the page says so, and there is none in the dock. */
  async ready(note?: string | RegExp): Promise<void> {
    await expect(this.callButton).toBeVisible();
    await expect(this.dock).toHaveCount(0);
    if (note !== undefined) await expect(this.start).toContainText(note);
  }

  /** Waits until the dock says so. */
  async says(heading: string | RegExp, note?: string | RegExp): Promise<void> {
    await expect(this.band.getByRole("heading")).toHaveText(heading);
    if (note !== undefined) await expect(this.band).toContainText(note);
  }

  /** Waits until something is amiss: seen in the dock, and told to a screen reader at once. */
  async warns(sentence: string): Promise<void> {
    await expect(this.band).toContainText(sentence);
    await expect(this.page.getByRole("alert").filter({ hasText: sentence })).toBeAttached();
  }

  /** Calls, waits for the patient to answer and for the tone of the phone to be heard. */
  async talk(visit: Visit, hertz = 440): Promise<void> {
    await this.world.script(visit.number, {
      outcome: "answer",
      ringSeconds: 1,
      talkSeconds: 0,
      voice: `tone:${hertz}`,
    });
    await this.call();
    await this.says("Connected");
    await hears(this.page, hertz);
  }

  /** One who is, was or is to be in the call; of one who was asked again, the newest line. */
  party(name: string): Locator {
    const list = this.people.getByRole("list", { name: "In this call" });
    return list.getByRole("listitem").filter({ hasText: name }).last();
  }

  /** Adds somebody from the list of whom one may. */
  async add(name: string): Promise<void> {
    await this.button("Add somebody").click();
    await this.button(`Add ${name}`).click();
    await expect(this.party(name)).toContainText(/Dialling…|Ringing…|In the call/);
  }

  async hold(name: string): Promise<void> {
    await this.button(`Hold ${name}`).click();
    await expect(this.party(name)).toContainText("On hold");
  }

  async unhold(name: string): Promise<void> {
    await this.button(`Take off hold: ${name}`).click();
    await expect(this.party(name)).not.toContainText("On hold");
  }

  /** Records with the patient's word. */
  async record(): Promise<void> {
    await this.button("Record").click();
    await expect(this.recording).toContainText("Has the patient agreed to be recorded?");
    await this.button("Yes, record").click();
    await this.recordingSays("Recording");
  }

  async recordingSays(words: string | RegExp): Promise<void> {
    await expect(this.page.getByTestId("recording-news")).toHaveText(words);
  }

  /** Seconds on the timer, in the call or kept after it. */
  async seconds(): Promise<number> {
    const [seconds = 0, minutes = 0, hours = 0] = (await this.timer.innerText()).split(":").reverse().map(Number);
    return (hours * 60 + minutes) * 60 + seconds;
  }

  /** Opens what the record says of the newest call, version by version. */
  async unfold(): Promise<void> {
    await this.history.locator("summary").first().click();
    await expect(this.moments().first()).toBeVisible();
  }

  /** The lines of the newest call's timeline, newest first; seen once it is unfolded. */
  moments(): Locator {
    return this.history.locator("ol > li").first().locator("ol > li");
  }
}
