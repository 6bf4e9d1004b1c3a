// The page of a member's phone, used as a person uses it.
import { expect, type Locator, type Page } from "@playwright/test";
import type { Visit, World } from "./world";

export class Handset {
  readonly said: Locator;

  constructor(
    readonly page: Page,
    private readonly world: World,
  ) {
    this.said = page.locator("#said");
  }

  /** `visit`: or anybody else with a number. */
  async open(visit: Pick<Visit, "number">): Promise<void> {
    await this.page.goto(`${this.world.system.console}/phones/${visit.number}`);
    await expect(this.page.getByText("Live", { exact: true })).toBeVisible();
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async says(words: string | RegExp): Promise<void> {
    await expect(this.said).toHaveText(words);
  }
}
