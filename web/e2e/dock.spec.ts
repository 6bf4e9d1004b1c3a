// The one place of a call: where its controls are, and what it says when something comes between.
import type { Page } from "@playwright/test";
import { Desk } from "./desk";
import { expect, test } from "./fixtures";
import { photograph } from "./picture";
import { goesOffline } from "./turn";

const script = { outcome: "manual", voice: "tone:440" } as const;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

async function boxOf(desk: Desk, name: string): Promise<Box> {
  const box = await desk.button(name).boundingBox();
  if (!box) throw new Error(`${name} is not to be seen`);
  return box;
}

/** The controls of the dock that are to be seen, by their names. */
async function boxesOf(desk: Desk): Promise<Map<string, Box>> {
  const boxes = new Map<string, Box>();
  for (const one of await desk.dock.locator("button, a, label").all()) {
    const box = await one.boundingBox();
    const name = (await one.getAttribute("data-control")) ?? (await one.innerText());
    if (box) boxes.set(name, box);
  }
  return boxes;
}

async function fits(page: Page): Promise<void> {
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
  }));
  expect(scroll, "nothing needs scrolling sideways").toBeLessThanOrEqual(width);
}

/** Each with how high the dock may be after a call. */
const SIZES = [
  { width: 390, height: 844, highest: 400 },
  { width: 820, height: 1180, highest: 290 },
  { width: 1024, height: 768, highest: 250 },
  { width: 1280, height: 720, highest: 180 },
  { width: 1920, height: 1080, highest: 180 },
] as const;

for (const { width, height, highest } of SIZES) {
  test(`at ${width} pixels each control has a spot of its own from the first ring to the end`, async ({
    open,
    world,
  }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    await world.script(visit.number, script);
    const desk = new Desk(await open({ viewport: { width, height } }), world);
    await desk.open(visit);
    await desk.call();
    await world.rings(visit.number);
    await desk.says("Calling…");
    const cancel = await boxOf(desk, "Cancel");
    await fits(desk.page);
    await photograph(desk.page, `dock-${width}-ringing`);

    await world.act(visit.number, "answer");
    await desk.says("Connected");
    await expect(desk.page.getByRole("timer")).toHaveCount(1);
    for (const name of ["Mute", "End call"]) {
      await expect(desk.page.getByRole("button", { name, exact: true })).toHaveCount(1);
    }
    const end = await boxOf(desk, "End call");
    expect(end, "Cancel and End call are in one spot").toEqual(cancel);
    for (const name of ["Mute", "Keypad", "Devices"]) {
      const box = await boxOf(desk, name);
      expect(overlap(box, cancel), `${name} is where Cancel was`).toBe(false);
      expect(box.height, `${name} is high enough for a finger`).toBeGreaterThanOrEqual(44);
      expect(box.x + box.width, `End call stands right of ${name}`).toBeLessThanOrEqual(end.x);
    }
    await photograph(desk.page, `dock-${width}-connected`);
    await desk.button("Mute").click();
    await desk.says("Connected, you are muted");
    expect(await boxOf(desk, "End call"), "still there").toEqual(cancel);
    await desk.button("Keypad").click();
    await desk.button("Devices").click();
    await fits(desk.page);
    await photograph(desk.page, `dock-${width}-unfolded`);
    await desk.button("Keypad").click();
    await desk.button("Devices").click();

    const before = await boxesOf(desk);
    await world.act(visit.number, "hangup");
    await desk.says("Call ended");
    await expect(desk.button("Add a note")).toBeVisible();
    await expect(desk.dock.getByText(/^Next: |^Nobody else/)).toBeVisible();
    const after = await boxesOf(desk);
    expect([...after.keys()]).toEqual(expect.arrayContaining(["close", "again"]));
    for (const [name, box] of after) {
      for (const [stood, spot] of before) {
        if (name !== stood) expect(overlap(box, spot), `${name} is where ${stood} stood`).toBe(false);
      }
    }
    expect((await desk.dock.boundingBox())?.height, "the dock is small").toBeLessThanOrEqual(highest);
    await fits(desk.page);
    await photograph(desk.page, `dock-${width}-ended`);
    await world.script(visit.number, { outcome: "busy" });
    await desk.button("Call again").click();
    await desk.says("Line busy");
    await expect(desk.dock.getByRole("button", { name: /number ending 0018$/ })).toBeVisible();
    await fits(desk.page);
    await photograph(desk.page, `dock-${width}-busy`);
    await desk.button("Close").focus();
    await desk.page.keyboard.press("Escape");
    await expect(desk.dock).toHaveCount(0);
    await expect(desk.page.locator("#main")).toBeFocused();
  });
}

for (const { width, height } of SIZES.filter((size) => size.width > 600)) {
  test(`at ${width} pixels nothing of the day moves when the other side hangs up`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Cartwright");
    await world.script(visit.number, { outcome: "answer", ringSeconds: 0, talkSeconds: 0, voice: "tone:440" });
    const desk = new Desk(await open({ viewport: { width, height } }), world);
    await desk.signIn(visit.clinician);
    await desk.row(visit.patient).getByRole("button", { name: /^Call/ }).click();
    await desk.says("Connected");
    await desk.page.getByRole("link", { name: "Today", exact: true }).click();
    const row = desk.row("David Pritchard");
    await expect(row).toBeVisible();
    const before = await row.boundingBox();
    await world.act(visit.number, "hangup");
    await desk.says("Call ended");
    await expect(desk.button("Add a note")).toBeVisible();
    await expect(desk.dock.getByText(/^Next: |^Nobody else/)).toBeVisible();
    expect(await row.boundingBox()).toEqual(before);
  });
}

test("after a reload in a call the page says that it was cut off, and calls again", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  const { page } = desk;
  await desk.open(visit);
  await desk.talk(visit);
  const kept = () => page.evaluate(() => sessionStorage.getItem("careline.call") ?? "");
  expect(await kept()).not.toContain("Ellis");
  expect(await kept()).not.toContain(visit.number);
  page.once("dialog", (dialog) => void dialog.accept());
  await page.reload();
  await desk.says("Your call was cut off");
  await expect(desk.dock.getByRole("link", { name: visit.patient })).toBeVisible();
  await expect(desk.band, "the service says how it went on").toContainText("The call has ended.");
  await world.isIdle(visit.number);
  await photograph(page, "call-cut-off");
  await desk.button("Call again").click();
  await desk.says("Connected");
  await desk.button("End call").click();
  await desk.says("Call ended");
  expect(await kept()).toBe("");
  await page.reload();
  await desk.ready();
});

test("offline is told by the browser’s own word, and the call goes on when the network is back", async ({
  desk,
  world,
  guard,
}) => {
  guard.expectErrors(/ERR_INTERNET_DISCONNECTED/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  expect(await goesOffline(desk.page), "told at once").toContain("You are offline");
  await desk.says("You are offline");
  await expect(desk.button("End call")).toBeVisible();
  await photograph(desk.page, "call-offline");
  await desk.page.context().setOffline(false);
  await desk.says(/^Connected/);
});

test("the browser's own buttons mute and hang up, and only in a call", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  // What the page gives the browser, as the browser takes it: its buttons have no other way in for a test.
  await desk.page.addInitScript(() => {
    const handlers: Record<string, (() => void) | null> = {};
    const set = navigator.mediaSession.setActionHandler.bind(navigator.mediaSession);
    navigator.mediaSession.setActionHandler = (action, handler) => {
      set(action, handler);
      handlers[action] = handler as (() => void) | null;
    };
    Object.assign(window, { press: (action: string) => handlers[action]?.() });
  });
  const press = (action: string) =>
    desk.page.evaluate((name) => (window as unknown as { press(name: string): void }).press(name), action);
  await desk.open(visit);
  await desk.talk(visit);
  await press("togglemicrophone");
  await desk.says("Connected, you are muted");
  await press("togglemicrophone");
  await desk.says("Connected");
  await press("hangup");
  await desk.says("Call ended", "Ended by you");
  await world.isIdle(visit.number);
});

test("the call in a window of its own, above the others", async ({ desk, world }) => {
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  await desk.talk(visit);
  const opened = desk.page.context().waitForEvent("page");
  await desk.button("Pop out").click();
  const small = await opened;
  await expect(small.getByText(visit.patient)).toBeVisible();
  await expect(small.getByRole("timer")).toHaveText(/^00:\d\d$/);
  await photograph(small, "small-window");
  await small.getByRole("button", { name: "Mute" }).click();
  await desk.says("Connected, you are muted");
  const closed = small.waitForEvent("close");
  await small.getByRole("button", { name: "End call" }).click();
  await closed;
  await desk.says("Call ended", "Ended by you");
});

test("an account that may not call is told so, and nothing of the connection", async ({ desk, world, guard }) => {
  guard.expectErrors(/access-token|403/);
  const visit = await world.visit("Adeyemi", "Ellis");
  await desk.open(visit);
  const detail = "Your account may not make calls here.";
  await desk.page.route("**/access-token", (route) =>
    route.fulfill({
      status: 403,
      contentType: "application/problem+json",
      body: JSON.stringify({
        type: "about:blank",
        title: "Forbidden",
        status: 403,
        code: "forbidden",
        reason: "no-clinician-role",
        detail,
      }),
    }),
  );
  await desk.call();
  await desk.says("You may not make calls", detail);
  await expect(desk.dock).not.toContainText("connection");
  await expect(desk.button("Try again")).toHaveCount(0);
  await photograph(desk.page, "trouble-not-allowed");
});

for (const [name, options] of [
  ["dark", { colorScheme: "dark" }],
  ["forced-colours", { forcedColors: "active" }],
  ["200-per-cent", { viewport: { width: 640, height: 400 } }],
] as const) {
  test(`the dock in ${name}: whole, and told apart by more than its ground`, async ({ open, world }) => {
    const visit = await world.visit("Adeyemi", "Ellis");
    const desk = new Desk(await open(options), world);
    await desk.open(visit);
    await desk.talk(visit);
    await desk.button("Mute").click();
    await desk.says("Connected, you are muted");
    await fits(desk.page);
    for (const control of ["Unmute", "Keypad", "Devices", "End call"]) {
      await expect(desk.button(control)).toBeInViewport({ ratio: 1 });
      const edge = await desk.button(control).evaluate((one) => {
        const { borderStyle, borderWidth, backgroundColor } = getComputedStyle(one);
        const ground = backgroundColor !== getComputedStyle(document.body).backgroundColor;
        return (borderStyle !== "none" && Number.parseFloat(borderWidth) >= 1) || ground;
      });
      expect(edge, `${control} is seen as a control`).toBe(true);
    }
    await expect(desk.band.locator("svg")).toBeVisible();
    await photograph(desk.page, `dock-${name}`);
    await desk.button("End call").click();
    await desk.says("Call ended");
    await fits(desk.page);
    await photograph(desk.page, `dock-${name}-ended`);
  });
}
