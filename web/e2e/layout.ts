// How a page is laid out, as somebody who looks at it would find fault with it.
import { expect, type Page } from "@playwright/test";

/** Fails when the page scrolls sideways, a part of it is cut off, or a control lies under another one. */
export async function isWhole(page: Page, where: string): Promise<void> {
  // Twice: what moves, or has just come, is not yet where it will be.
  await expect.poll(() => faults(page), { message: `${where} is whole` }).toEqual([]);
}

function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) found.push(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);

    const called = (one: Element) => (one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 60);
    // Hidden from the eye alone, as whatever is in a box of a pixel, or not laid out at all.
    const inPixel = (one: Element): boolean => {
      const { width, height } = one.getBoundingClientRect();
      if (width <= 1 && height <= 1 && getComputedStyle(one).overflow === "hidden") return true;
      return one.parentElement !== null && inPixel(one.parentElement);
    };
    const unseen = (one: Element) => {
      const { width, height } = one.getBoundingClientRect();
      if (
        width <= 1 ||
        height <= 1 ||
        inPixel(one) ||
        !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      )
        return true;
      const { left, right } = one.getBoundingClientRect();
      return right < 0 || left < -500;
    };

    for (const one of document.querySelectorAll<HTMLElement>("body *")) {
      if (unseen(one) || one.closest("svg")) continue;
      const box = one.getBoundingClientRect();
      if (box.right > root.clientWidth + 1 || box.left < -1) found.push(`out of the window: ${called(one)}`);
      const { overflowX, overflowY, textOverflow } = getComputedStyle(one);
      const hides = (how: string) => how === "hidden" || how === "clip";
      if (hides(overflowX) && one.scrollWidth > one.clientWidth + 1) found.push(`cut off at the side: ${called(one)}`);
      // Words that run out of their column make the list around them scroll, and lie under its buttons.
      if (["auto", "scroll"].includes(overflowX) && one.scrollWidth > one.clientWidth + 1)
        found.push(`scrolls sideways: ${called(one)}`);
      if (hides(overflowY) && one.scrollHeight > one.clientHeight + 1) found.push(`cut off below: ${called(one)}`);
      if (textOverflow === "ellipsis" && one.scrollWidth > one.clientWidth) found.push(`shortened: ${called(one)}`);
    }

    // In the middle of each control in sight, that control is what a click meets.
    const controls = 'a, button, input, select, textarea, [role="button"]';
    for (const one of document.querySelectorAll<HTMLElement>(controls)) {
      if (unseen(one)) continue;
      const box = one.getBoundingClientRect();
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) continue;
      const met = document.elementFromPoint(x, y);
      if (!met || one.contains(met) || met.contains(one)) continue;
      const label = met.closest("label");
      if (label && (label.contains(one) || label.htmlFor === one.id)) continue;
      if (one.matches("[data-row]") && one.closest("li")?.contains(met)) continue; // its own row's button
      if (overlays(met, one)) continue;
      found.push(`${called(one)} lies under ${called(met)}`);
    }
    return found;

    /** What sticks, or was opened over the page, may lie over what scrolls below it. */
    function overlays(over: Element, under: Element): boolean {
      const opened = [...document.querySelectorAll('[aria-expanded="true"]')].map((one) =>
        one.getAttribute("aria-controls"),
      );
      if (opened.some((id) => id && document.getElementById(id)?.contains(over))) return true;
      for (let one: Element | null = over; one && !one.contains(under); one = one.parentElement) {
        if (["sticky", "fixed", "absolute"].includes(getComputedStyle(one).position)) return !sticks(under);
      }
      return false;
    }

    function sticks(one: Element): boolean {
      return one.closest("header, [data-testid='call-dock']") !== null;
    }
  });
}
