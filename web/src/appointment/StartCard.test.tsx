import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { call, daughter, john, margaret, show } from "../calling/playing";
import type { SoftphoneState, Target } from "../calling/state";
import { StartCard } from "./StartCard";

function start(target: Target | null = margaret, choices: Target[] = [margaret], state: Partial<SoftphoneState> = {}) {
  return show(<StartCard choices={choices} target={target} appointment={{ id: "a1" }} />, state);
}

const card = () => within(screen.getByTestId("start-card"));
const heading = () => card().getByRole("heading").textContent;

afterEach(cleanup);

describe("where a call begins", () => {
  it("says what whoever is called sees, and calls", () => {
    const { phone } = start();
    expect(card().getByText("Your microphone works. Margaret Ellis sees the clinic’s number.")).toBeTruthy();
    fireEvent.click(card().getByRole("button", { name: "Call Margaret Ellis" }), { detail: 2 });
    expect(phone.call, "the second press of a double click").not.toHaveBeenCalled();
    fireEvent.click(card().getByRole("button", { name: "Call Margaret Ellis" }));
    expect(phone.call).toHaveBeenCalledWith(margaret);
  });

  it("calls a related person by their own name", () => {
    const { phone } = start(daughter, [margaret, daughter]);
    expect(card().getByText(/Anna Ellis sees the clinic’s number/)).toBeTruthy();
    fireEvent.click(card().getByRole("button", { name: "Call Anna Ellis (daughter)" }));
    expect(phone.call).toHaveBeenCalledWith(daughter);
  });

  it("says that the microphone cannot be used yet", () => {
    start(margaret, [margaret], { microphone: "blocked" });
    expect(card().getByText(/Your microphone cannot be used yet/)).toBeTruthy();
  });

  it("says that somebody has died, and calls the household", () => {
    start({ ...margaret, doubts: ["deceased"] });
    expect(card().getByText("The record says Margaret Ellis has died.")).toBeTruthy();
    card().getByRole("button", { name: "Call the household of Margaret Ellis" });
  });

  it("tells the extension to ask for", () => {
    start({ ...margaret, extension: "123" });
    expect(card().getByText(/Ask for extension 123\./)).toBeTruthy();
  });

  it("says nobody can be called", () => {
    start(null, []);
    expect(heading()).toBe("No number to call");
    expect(card().queryByRole("button")).toBeNull();
  });

  it("does not say that there is no number where none can be dialled", () => {
    show(<StartCard choices={[]} target={null} appointment={{ id: "a1" }} refused />);
    expect(card().getByText("None of the numbers in the record can be called.")).toBeTruthy();
  });

  it("never picks a related person, or one of several patients, by itself", () => {
    start(null);
    expect(heading()).toBe("Choose whom to call");
    expect(card().queryByRole("button")).toBeNull();
    cleanup();
    start(null, [margaret, { ...john, appointment: "a1" }]);
    expect(card().getByText("Several patients take part.")).toBeTruthy();
  });

  it("leaves its own call to the dock", () => {
    start(margaret, [margaret], { call: call() });
    expect(screen.queryByTestId("start-card")).toBeNull();
  });

  it.each<[string, Partial<SoftphoneState>, string]>([
    ["for another appointment", { call: call({ target: john }) }, "You are in a call for another appointment"],
    ["in another tab", { elsewhere: true }, "You are in a call in another tab"],
  ])("has no second call beside one %s", (_, state, says) => {
    start(margaret, [margaret], state);
    expect(heading()).toBe(says);
    expect(card().queryByRole("button")).toBeNull();
  });

  it("is ready again after another appointment's call", () => {
    start(margaret, [margaret], { call: call({ phase: "ended", target: john, outcome: "completed" }) });
    card().getByRole("button", { name: "Call Margaret Ellis" });
  });
});
