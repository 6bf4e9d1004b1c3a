// A small window above all others with the call in it (WICG, "Document Picture-in-Picture"): a view of the same phone.
import { useCallback, useEffect, useState } from "react";

interface PictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** What the browser offers; undefined where it does not. */
function offered(): PictureInPicture | undefined {
  return (window as { documentPictureInPicture?: PictureInPicture }).documentPictureInPicture;
}

/** Goes with the call: `live` closes it. `open` is undefined where the browser has no such window. */
export function useSmallWindow(live: boolean): { shown: Window | null; open: (() => void) | undefined } {
  const [shown, setShown] = useState<Window | null>(null);
  useEffect(() => {
    if (!live) shown?.close();
  }, [live, shown]);
  useEffect(() => {
    if (!shown) return;
    const gone = () => setShown(null);
    shown.addEventListener("pagehide", gone);
    return () => shown.removeEventListener("pagehide", gone);
  }, [shown]);
  useEffect(() => () => shown?.close(), [shown]);

  const open = useCallback(() => {
    const request = offered()?.requestWindow({ width: 340, height: 132 });
    request?.then(
      (opened) => {
        dress(opened);
        setShown(opened);
      },
      () => undefined, // not allowed now: the page's own dock is there
    );
  }, []);
  return { shown, open: offered() ? open : undefined };
}

/** The page's styles and colours, as rules of the window's own: nothing is fetched, and no policy is in the way. */
function dress(opened: Window): void {
  const { document: page } = window;
  const sheet = new (opened as Window & typeof globalThis).CSSStyleSheet();
  sheet.replaceSync([...page.styleSheets].map(rulesOf).join("\n"));
  opened.document.adoptedStyleSheets = [sheet];
  opened.document.title = page.title;
  for (const { name, value } of page.documentElement.attributes)
    opened.document.documentElement.setAttribute(name, value);
}

function rulesOf(sheet: CSSStyleSheet): string {
  try {
    return [...sheet.cssRules].map((rule) => rule.cssText).join("\n");
  } catch {
    return ""; // a sheet from elsewhere, such as an extension's
  }
}
