import { type RefObject, useLayoutEffect, useRef } from "react";

/**
 * Where the focus goes with a call. A new call, or the question before it, takes the focus from what was pressed to
 * the dock; a control that goes away hands it on inside the dock. Both times it goes to the words and to no control:
 * a second Enter meant for Call must not cancel, and one meant for Mute must not call again. The next Tab leads to the
 * controls. A dock that goes away gives it to the page's content.
 */
export function useDockFocus(dock: RefObject<HTMLElement | null>, begun: number | undefined): void {
  // Read while rendering, that is before the change reaches the page: afterwards nobody knows who had it.
  const had = dock.current?.contains(document.activeElement) ?? false;
  const before = useRef(begun);
  useLayoutEffect(() => {
    const begins = begun !== undefined && begun !== before.current;
    before.current = begun;
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (!begins && !(had && lost)) return;
    toBand(dock.current);
  });
}

/** Gives the focus to the words of the dock, or to the page's content where it has none. */
export function toBand(dock: HTMLElement | null): void {
  const next = dock?.querySelector<HTMLElement>("[data-band]") ?? document.getElementById("main");
  next?.focus({ preventScroll: true });
}
