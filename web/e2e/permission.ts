// The microphone's permission, given or denied by the browser itself.
import type { Page } from "@playwright/test";
import type { FoundBrowser } from "./browser.mjs";

export function browserInUse(): FoundBrowser {
  return JSON.parse(process.env.CARELINE_E2E_BROWSER ?? "{}") as FoundBrowser;
}

/**
 * Whether this browser has permissions to ask for. The npm package's was built without windows: it knows no prompt and
 * answers "not supported", unless it is told what to answer.
 */
export function hasPrompts(): boolean {
  const { from, path } = browserInUse();
  return from !== "npm" && !/headless.?shell/i.test(path);
}

/** Flags with which a browser denies the microphone: none for one that asks, since nobody is there to say yes. */
export function denyingFlags(): string[] {
  return hasPrompts() ? [] : ["--use-fake-ui-for-media-stream=deny"];
}

/** A browser without prompts denies, but keeps no record of that: one is made for it. */
export async function recordDenial(page: Page, origin: string): Promise<void> {
  if (hasPrompts()) return;
  const session = await page.context().newCDPSession(page);
  const { targetInfo } = await session.send("Target.getTargetInfo");
  const { browserContextId } = targetInfo;
  const browser = await page.context().browser()?.newBrowserCDPSession();
  await browser?.send("Browser.setPermission", {
    permission: { name: "microphone" },
    setting: "denied",
    origin,
    ...(browserContextId ? { browserContextId } : {}),
  });
}
