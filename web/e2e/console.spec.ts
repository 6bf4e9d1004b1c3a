// The sandbox's console, with many calls on it: what changed is drawn and nothing else,
// calls are found, and a webhook is sent again.
import { expect, type Page } from "@playwright/test";
import { test } from "./fixtures";
import { photograph } from "./picture";
import type { World } from "./world";

const many = 60;

/** Asks for a call to a number that nobody has on file: it is refused at once, and leaves its webhooks and its record. */
async function refused(page: Page, world: World, count: number): Promise<void> {
  const visit = await world.visit("Adeyemi", "Ellis");
  const state = await (await page.request.get(`${world.system.console}/console/v1/state`)).json();
  const { practitioner } = state.clinic.appointments.find((one: { id: string }) => one.id === visit.id);
  const data = { practitioner, appointment: visit.id, to: "+447700900999" };
  for (let i = 0; i < count; i++) {
    const answer = await page.request.post(`${world.system.console}/console/v1/calls`, { data });
    expect(answer.status()).toBe(201);
  }
}

const list = (page: Page) => page.getByRole("group", { name: "Calls, newest first" });
const happened = (page: Page) => page.getByRole("region", { name: "What happened" });

/** How many calls the console says that there are. Other tests of the same system have left theirs. */
async function counted(page: Page): Promise<number> {
  return Number(/(\d+) calls$/.exec(await page.locator(".filter [role=status]").innerText())?.[1]);
}

test("with many calls on the console, one more touches its own line and no other", async ({ open, world }) => {
  const page = await open();
  await page.goto(world.system.console);
  await refused(page, world, 2); // so that the filter with its count is there
  await expect(
    list(page)
      .getByRole("button", { name: /Not allowed/ })
      .nth(1),
  ).toBeVisible();
  const before = await counted(page);
  await refused(page, world, many);
  await expect.poll(() => counted(page)).toBeGreaterThanOrEqual(before + many); // earlier ones may have come late
  await page.getByLabel("Which calls").selectOption("Going on");
  await expect(list(page).getByRole("button"), "all have ended").toHaveCount(0);
  await page.getByLabel("Which calls").selectOption("All calls");
  const all = await counted(page);
  await page.evaluate(() => {
    const known = new Set(document.querySelectorAll(".calls button"));
    const touched = new Set<Node>();
    const look = new MutationObserver((changes) => {
      for (const { target, type } of changes) {
        const line = (target as Element).closest?.(".calls button");
        if (line && known.has(line) && type === "childList") touched.add(line);
      }
    });
    look.observe(document.body, { childList: true, subtree: true });
    Object.assign(window, { touched });
  });
  await refused(page, world, 1);
  await expect.poll(() => counted(page)).toBe(all + 1);
  await expect(list(page).getByRole("button").first()).toContainText("Not allowed");
  expect(await page.evaluate(() => (window as unknown as { touched: Set<Node> }).touched.size)).toBe(0);
  await photograph(page, "console-many-calls");
});

/** What the feed tells of a call to a number that nobody has on file, but for the record. */
function told(n: number): string {
  const call = `CA${n.toString(16).padStart(32, "0")}`;
  const time = new Date(Date.UTC(2026, 0, 5, 9, 0, n)).toISOString();
  const webhook = {
    purpose: "voice",
    method: "POST",
    path: "/v1/twilio/outgoing",
    idempotencyToken: `${n}`,
    attempt: 1,
    parameters: { CallSid: [call], To: ["+447700900999"], Caller: ["client:somebody"] },
  };
  const answer = { ...webhook, statusCode: 200, milliseconds: 5, body: "<Response><Hangup/></Response>" };
  return [
    { type: "call.state", callSid: call, status: "ringing" },
    { type: "webhook.request", callSid: call, webhook },
    { type: "webhook.answer", callSid: call, webhook: answer },
    { type: "call.state", callSid: call, status: "completed" },
  ]
    .map((twilio, i) => {
      const id = 10 * n + i + 1;
      return `id: ${id}\ndata: ${JSON.stringify({ id, time, call, twilio })}\n\n`;
    })
    .join("");
}

test("a thousand calls are counted and found, and few of them are on the page", async ({ open, world }) => {
  const thousand = 1000;
  const page = await open();
  let goOn = () => {};
  const more = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let asked = 0;
  await page.route("**/console/v1/events", async (route) => {
    const first = asked++ === 0;
    if (!first) await more;
    const calls = first ? Array.from({ length: thousand }, (_, n) => told(n)) : [told(thousand)];
    const retry = first ? 1 : 600_000; // after the second answer nobody asks again
    await route.fulfill({ contentType: "text/event-stream", body: `retry: ${retry}\n\n${calls.join("")}` });
  });
  await page.route("**/console/v1/records/**", (route) => route.fulfill({ json: {} }));
  await page.goto(world.system.console);
  await expect.poll(() => counted(page)).toBe(thousand);
  const chosen = list(page).getByRole("button", { pressed: true });
  await expect(chosen).toHaveAttribute("data-sid", /3e7$/);
  await expect(happened(page)).toContainText("1 webhook");
  const elements = await page.evaluate(() => document.querySelectorAll("*").length);
  expect(elements, "whatever came, the page has what is in sight and a little more").toBeLessThan(1_000);

  await page.evaluate(() => {
    const known = new Set(document.querySelectorAll(".calls [data-sid]"));
    const touched = new Set<Node>();
    const look = new MutationObserver((changes) => {
      for (const { target, type } of changes) {
        const line = (target as Element).closest?.(".calls [data-sid]");
        if (line && known.has(line) && type === "childList") touched.add(line);
      }
    });
    look.observe(document.body, { childList: true, subtree: true });
    Object.assign(window, { touched });
  });
  goOn();
  await expect(chosen).toHaveAttribute("data-sid", /3e8$/);
  expect(await page.evaluate(() => (window as unknown as { touched: Set<Node> }).touched.size)).toBe(0);
  expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThanOrEqual(elements);

  await page.getByLabel("Find a call").fill(`CA${"0".repeat(31)}7`);
  await expect(list(page).getByRole("button")).toHaveCount(1);
  await photograph(page, "console-thousand-calls");
});

test("calls on the console are found by a word and by how they stand", async ({ open, world, desk }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  const page = await open();
  await page.goto(world.system.console);
  await refused(page, world, 2);
  await page.getByLabel("Which calls").selectOption("Going on");
  await expect(list(page).getByRole("button")).toHaveCount(1);
  await expect(list(page)).toContainText(visit.patient);
  await page.getByLabel("Which calls").selectOption("All calls");
  await page.getByLabel("Find a call").fill("not allowed");
  await expect(
    list(page)
      .getByRole("button", { name: /Not allowed/ })
      .first(),
  ).toBeVisible();
  await expect(list(page).getByRole("button", { name: /Connected/ })).toHaveCount(0);
  await page.getByLabel("Find a call").fill("no such call");
  await expect(list(page).getByRole("button")).toHaveCount(0);
});

test("a webhook is sent again, signed, and taken along as a command", async ({ open, world }) => {
  const page = await open();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: world.system.console });
  await page.goto(world.system.console);
  await refused(page, world, 1);
  const first = happened(page).locator("details").first();
  await expect(first.getByText("/v1/twilio/outgoing")).toBeVisible();
  await first.locator("summary").click();
  const webhooks = happened(page).locator("li.webhook");
  const before = await webhooks.count();
  await first.getByRole("button", { name: "Send again" }).click();
  await expect(first.getByText("Sent again: the app answered 200.")).toBeVisible();
  await expect(webhooks).toHaveCount(before + 1);

  await first.getByRole("button", { name: "Copy as curl" }).click();
  await expect(first.getByText("Copied.")).toBeVisible();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const { url, headers, form } = readCurl(command);
  const answer = await page.request.post(url, { headers, form });
  expect(answer.status(), "the signature that was copied holds").toBe(200);
  const forged = await page.request.post(url, { headers, form: { ...form, To: "+447700900142" } });
  expect(forged.status(), "and for nothing else").toBe(403);
  await photograph(page, "console-webhook");
});

/** What a copied command would send. */
function readCurl(command: string) {
  const words = [...command.matchAll(/'((?:[^']|'\\'')*)'|(\S+)/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll("'\\''", "'") ?? bare ?? "",
  );
  expect(words.slice(0, 4)).toEqual(["curl", "--include", "--request", "POST"]);
  const headers: Record<string, string> = {};
  const form: Record<string, string> = {};
  for (let i = 5; i < words.length; i += 2) {
    const value = words[i + 1] ?? "";
    const at = value.search(words[i] === "--header" ? /: / : /=/);
    if (words[i] === "--header") headers[value.slice(0, at)] = value.slice(at + 2);
    else form[value.slice(0, at)] = value.slice(at + 1);
  }
  return { url: words[4] ?? "", headers, form };
}
