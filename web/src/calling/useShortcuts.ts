import { type KeyboardEvent, useState } from "react";

const remembered = "careline.shortcuts";

/** Whether single keys act; a choice of the person's, kept in this browser (WCAG 2.2, 2.1.4). */
export function useShortcutsOn(): [on: boolean, set: (on: boolean) => void] {
  const [on, setOn] = useState(shortcutsOn);
  const set = (next: boolean) => {
    setOn(next);
    write(next ? "on" : "off");
  };
  return [on, set];
}

/** The same, asked when a key is pressed. */
export function shortcutsOn(): boolean {
  return read() !== "off";
}

// A browser may refuse storage; the choice then lasts as long as the page.
let here: string | null = null;

function read(): string | null {
  try {
    return localStorage.getItem(remembered) ?? here;
  } catch {
    return here;
  }
}

function write(value: string): void {
  here = value;
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
