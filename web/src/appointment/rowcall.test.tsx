import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Appointment, BackendError } from "../backend";
import type { Target } from "../calling/state";
import { useServices } from "../services";
import { show } from "../testing";
import { onlyTarget, useRowCall } from "./rowcall";

const OWN = { number: "+447700900142", ending: "0142", of: "Patient/p" };
const DAUGHTER = { number: "+447700900318", ending: "0318", of: "RelatedPerson/d", name: "Chidinma Okafor" };
const REFUSED = {
  ...OWN,
  number: "+33100000000",
  refusal: { code: "country", sentence: "Not in an allowed country." },
};

const APPOINTMENT: Appointment = {
  id: "7",
  status: "booked",
  patient: { id: "p", name: "Ngozi Okafor", phones: [] },
  lastCall: null,
  phones: [OWN],
};

describe("onlyTarget", () => {
  it.each([
    ["the patient’s one number", {}, OWN.number],
    ["the one that can be dialled", { phones: [REFUSED, OWN] }, OWN.number],
    ["nobody between two numbers", { phones: [OWN, { ...OWN, number: "+447700900143" }] }, undefined],
    ["nobody beside a related person", { phones: [OWN, DAUGHTER] }, undefined],
    ["no related person by itself", { phones: [DAUGHTER] }, undefined],
    ["nobody who has died", { phones: [{ ...OWN, deceased: true }] }, undefined],
    ["nobody of a cancelled appointment", { status: "cancelled" }, undefined],
    ["nobody without a number", { phones: [] }, undefined],
    ["nobody who cannot be dialled", { phones: [REFUSED] }, undefined],
  ])("is %s", (_, more, number) => {
    expect(onlyTarget({ ...APPOINTMENT, ...more })?.number).toBe(number);
  });
});

function Row({ calls }: { calls: Target[] }) {
  const { softphone } = useServices();
  softphone.call = async (target) => void calls.push(target);
  const { callOrOpen, pending } = useRowCall();
  return (
    <button type="button" onClick={() => void callOrOpen(APPOINTMENT)}>
      {pending === "7" ? "Looking" : "Call"}
    </button>
  );
}

describe("useRowCall", () => {
  afterEach(cleanup);

  const press = async (appointment: () => Promise<Appointment>) => {
    const calls: Target[] = [];
    const { place } = show(<Row calls={calls} />, { backend: { appointment } });
    fireEvent.click(screen.getByRole("button", { name: "Call" }));
    await screen.findByRole("button", { name: "Call" });
    return { calls: calls.map(({ number }) => number), at: place.history.at(-1) };
  };

  it("calls where nothing is left to choose, and stays where one is", async () => {
    expect(await press(async () => APPOINTMENT)).toEqual({ calls: [OWN.number], at: "/" });
  });

  it("opens the appointment where there is something to choose, or it cannot be read", async () => {
    const two = async () => ({ ...APPOINTMENT, phones: [OWN, DAUGHTER] });
    expect(await press(two)).toEqual({ calls: [], at: "/appointments/7" });
    cleanup();
    const away = () => Promise.reject(new BackendError("unavailable", "The record is away."));
    expect(await press(away)).toEqual({ calls: [], at: "/appointments/7" });
  });

  it("places one call of two clicks", async () => {
    let arrive: (appointment: Appointment) => void = () => undefined;
    const appointment = vi.fn(() => new Promise<Appointment>((resolve) => (arrive = resolve)));
    const calls: Target[] = [];
    show(<Row calls={calls} />, { backend: { appointment } });
    fireEvent.click(screen.getByRole("button", { name: "Call" }));
    fireEvent.click(screen.getByRole("button", { name: "Looking" }));
    await act(async () => arrive(APPOINTMENT));
    await screen.findByRole("button", { name: "Call" });
    expect(calls).toHaveLength(1);
  });
});
