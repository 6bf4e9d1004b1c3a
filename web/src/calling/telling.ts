// Whether somebody asked, in this browser, to be told of their call while they are in another window.
const remembered = "careline.tell";

export function tellsElsewhere(): boolean {
  try {
    return localStorage.getItem(remembered) === "on";
  } catch {
    return false;
  }
}

export function tellElsewhere(on: boolean): void {
  try {
    if (on) localStorage.setItem(remembered, "on");
    else localStorage.removeItem(remembered);
  } catch {
    // storage is shut off: nobody is told
  }
}
