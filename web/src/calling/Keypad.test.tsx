import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { CallDock } from "./CallDock";
import { call, show } from "./playing";

const opener = () => within(screen.getByTestId("call-dock")).getByRole("button", { name: "Keypad" });
const pad = () => screen.getByRole("group", { name: "Keypad" });

function open(digits = "") {
  const shown = show(<CallDock />, { call: call({ digits }) });
  fireEvent.click(opener());
  return shown;
}

afterEach(cleanup);

describe("the keypad", () => {
  it("has the twelve keys of a telephone, in its order, each of which is sent", () => {
    const { phone } = open();
    const keys = within(pad()).getAllByRole("button");
    expect(keys.map((key) => key.getAttribute("aria-label"))).toEqual([..."123456789".split(""), "star", "0", "hash"]);
    for (const key of keys) fireEvent.click(key);
    expect(phone.press.mock.calls.flat().join("")).toBe("123456789*0#");
  });

  it("shows what was typed", () => {
    const { change } = open();
    expect(screen.getByTestId("typed").textContent).toBe("none");
    change({ call: call({ digits: "12#" }) });
    expect(screen.getByTestId("typed").textContent).toBe("12#");
  });

  it("takes the focus, and real keys while it has it", () => {
    const { phone } = open();
    expect(opener().getAttribute("aria-expanded")).toBe("true");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("1");
    for (const key of ["0", "9", "*", "#", "a", "Tab"]) fireEvent.keyDown(document.activeElement as Element, { key });
    expect(phone.press.mock.calls.flat()).toEqual(["0", "9", "*", "#"]);
  });

  it("sends a key held down once, and none of the browser's own combinations", () => {
    const { phone } = open();
    fireEvent.keyDown(pad(), { key: "5", repeat: true });
    fireEvent.keyDown(pad(), { key: "0", ctrlKey: true });
    fireEvent.keyDown(pad(), { key: "1", metaKey: true });
    expect(phone.press).not.toHaveBeenCalled();
    fireEvent.keyDown(opener(), { key: "5" });
    expect(phone.press).not.toHaveBeenCalled();
  });

  it("closes with Esc and gives the focus back", () => {
    open();
    fireEvent.keyDown(document.activeElement as Element, { key: "Escape" });
    expect(screen.queryByRole("group", { name: "Keypad" })).toBeNull();
    expect(document.activeElement).toBe(opener());
    expect(opener().getAttribute("aria-expanded")).toBe("false");
  });

  it("is gone with the call and does not come back with the next", () => {
    const { change } = open("12");
    change({ call: call({ phase: "ended", outcome: "completed" }) });
    expect(screen.queryByRole("group", { name: "Keypad" })).toBeNull();
    change({ call: call() });
    expect(screen.queryByRole("group", { name: "Keypad" })).toBeNull();
  });
});
