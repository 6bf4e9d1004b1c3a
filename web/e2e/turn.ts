// What a page says of the network in the same turn in which the browser tells it, however slow the machine is.
import type { Page } from "@playwright/test";

/** Takes the network away; gives what the page said when the browser's word had just been heard by all its listeners. */
export async function goesOffline(page: Page): Promise<string> {
  // A message to itself is the turn after the event's: no timer of a page has gone off by then but one that was due.
  const said = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        addEventListener("offline", () => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve(document.body.innerText);
          port2.postMessage(null);
        });
      }),
  );
  await page.evaluate(() => navigator.onLine); // the listener is there
  await page.context().setOffline(true);
  return said;
}
