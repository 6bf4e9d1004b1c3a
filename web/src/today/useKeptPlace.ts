import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import { usePlace } from "./place";

/**
 * Brings somebody who comes back to a day's list to where they were in it: as far down the page, and with the focus on
 * the row that they had opened.
 */
export function useKeptPlace(pane: RefObject<HTMLElement | null>, day: string, open: string | undefined): void {
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
  useLayoutEffect(() => {
    if (open !== undefined) return;
    if (place.day !== day) place.scroll = 0;
    place.day = day;
    window.scrollTo(0, place.scroll);
  }, [open, day, place]);
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
