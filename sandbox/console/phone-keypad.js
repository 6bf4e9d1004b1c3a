// The phone's keys: twelve buttons, or the real keys while one has focus.

import { el } from "/dom.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const NAMES = { "*": "* star", "#": "# hash" };

// drawKeypad fills box; press is called with each key, close on Escape.
export function drawKeypad(box, press, close) {
  box.replaceChildren(...KEYS.map((key) => el("button", { type: "button", "aria-label": NAMES[key], onclick: () => press(key) }, key)));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || !KEYS.includes(event.key)) return;
    event.preventDefault();
    press(event.key);
  });
}
