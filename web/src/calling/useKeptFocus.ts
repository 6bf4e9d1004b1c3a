import { type RefObject, useLayoutEffect } from "react";

/**
 * When the control that has the focus goes away with a change of state, the focus goes on to the one that takes its
 * place (Call, then Cancel, then Mute, then Call again) and never to the top of the page.
 */
export function useKeptFocus(card: RefObject<HTMLElement | null>): void {
  // Read while rendering, that is before the change reaches the page: afterwards nobody knows who had it.
  const had = card.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (!had || !lost) return;
    const next = card.current?.querySelector<HTMLElement>("[data-main]") ?? card.current?.querySelector("[data-band]");
    (next as HTMLElement | null | undefined)?.focus();
  });
}

/** When what had the focus goes away as a whole, the focus goes on to the page's content. */
export function useLeftFocus(part: RefObject<HTMLElement | null>): void {
  const had = part.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (!had || part.current) return;
    document.getElementById("main")?.focus({ preventScroll: true });
  });
}
