import { type RefObject, useLayoutEffect } from "react";

/** When the control that has the focus goes away, the focus goes on to the part's main one, and never to the top of the page. */
export function useKeptFocus(part: RefObject<HTMLElement | null>): void {
  // Read while rendering, that is before the change reaches the page: afterwards nobody knows who had it.
  const had = part.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (had && lost) part.current?.querySelector<HTMLElement>("[data-main]")?.focus({ preventScroll: true });
  });
}
