// Whether somebody asked, in this browser, to be told of their call while they are in another window.
const remembered = "careline.tell";

export function tellsElsewhere(): boolean {
  return kept() === "on";
}

/** Whether they have said so, or that they do not want to be: nobody is asked twice. */
export function askedToTell(): boolean {
  return kept() !== null;
}

export function tellElsewhere(on: boolean): void {
  try {
    localStorage.setItem(remembered, on ? "on" : "off");
  } catch {
    // storage is shut off: nobody is told
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(remembered);
  } catch {
    return "off"; // what cannot be remembered would be asked again in each call
  }
}
