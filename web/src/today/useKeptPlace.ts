import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { usePlace } from "./place";

/**
 * Brings somebody who comes back to a day's list to where they were in it: as far down the page, and down the list
 * where that scrolls by itself, with the focus on the row that they had opened. An appointment that was opened from
 * elsewhere has its row brought into sight.
 *
 * @param listed whether there are rows: before, there is nowhere to be
 */
export function useKeptPlace(
  pane: RefObject<HTMLElement | null>,
  day: string,
  open: string | undefined,
  listed: boolean,
): void {
  const place = usePlace();
  const opened = useRef(open);

  useEffect(() => {
    if (open !== undefined) return;
    const keep = () => {
      place.scroll = window.scrollY;
    };
    addEventListener("scroll", keep, { passive: true });
    return () => removeEventListener("scroll", keep);
  }, [open, place]);

  useEffect(() => {
    const list = pane.current;
    const keep = () => {
      place.listScroll = list?.scrollTop ?? 0;
    };
    list?.addEventListener("scroll", keep, { passive: true });
    return () => list?.removeEventListener("scroll", keep);
  }, [pane, place]);

  useLayoutEffect(() => {
    if (place.day !== day) {
      place.scroll = 0;
      place.listScroll = 0;
    }
    place.day = day;
    if (pane.current && listed) pane.current.scrollTop = place.listScroll;
  }, [pane, day, listed, place]);

  useLayoutEffect(() => {
    if (open === undefined && place.day === day) window.scrollTo(0, place.scroll);
  }, [open, day, place]);

  useLayoutEffect(() => {
    if (!listed || place.opened === open) return;
    place.opened = open;
    const shown = open === undefined ? undefined : row(pane.current, open);
    if (pane.current && shown) bringIntoSight(pane.current, shown);
  }, [pane, open, listed, place]);

  // After the page's heading, which takes the focus of whoever comes from elsewhere.
  useEffect(() => {
    const last = opened.current;
    opened.current = open;
    if (open === undefined && last !== undefined) row(pane.current, last)?.focus({ preventScroll: true });
  }, [open, pane]);
}

function row(pane: HTMLElement | null, id: string): HTMLElement | null | undefined {
  return pane?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`);
}

/** Scrolls the list alone: scrollIntoView would move the page around it, too. */
function bringIntoSight(list: HTMLElement, shown: HTMLElement): void {
  const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(list);
  const box = list.getBoundingClientRect();
  const it = shown.getBoundingClientRect();
  const above = box.top + (Number.parseFloat(scrollPaddingTop) || 0) - it.top;
  const below = it.bottom + (Number.parseFloat(scrollPaddingBottom) || 0) - Math.min(box.bottom, innerHeight);
  if (above > 0) list.scrollTop -= above;
  else if (below > 0) list.scrollTop += below;
}
