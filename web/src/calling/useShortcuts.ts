import { type KeyboardEvent, useState } from "react";

const remembered = "careline.shortcuts";

/** Whether single keys act; a choice of the person's, kept in this browser (WCAG 2.2, 2.1.4). */
export function useShortcutsOn(): [on: boolean, set: (on: boolean) => void] {
  const [on, setOn] = useState(() => read() !== "off");
  const set = (next: boolean) => {
    setOn(next);
    write(next ? "on" : "off");
  };
  return [on, set];
}

// A browser may refuse storage; the choice then lasts as long as the page.
function read(): string | null {
  try {
    return localStorage.getItem(remembered);
  } catch {
    return null;
  }
}

function write(value: string): void {
  try {
    localStorage.setItem(remembered, value);
  } catch {
    // nothing is lost but the memory of it
  }
}

/** The letter that was pressed, or undefined where it belongs to something else. */
export function shortcutOf(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return undefined;
  const typing = (event.target as HTMLElement).closest("input, select, textarea, [contenteditable]");
  return typing ? undefined : event.key.toLowerCase();
}
