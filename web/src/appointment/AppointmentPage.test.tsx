import { act, cleanup, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { Appointment } from "../backend";
import { SoftphoneProvider } from "../calling/context";
import type { Phase, Softphone, SoftphoneState } from "../calling/state";
import { IDLE, show } from "../testing";
import AppointmentPage from "./AppointmentPage";

const DAUGHTER = { number: "+447700900318", ending: "0318", of: "RelatedPerson/d", name: "Chidinma Okafor" };
const OWN = { number: "+447700900142", ending: "0142", of: "Patient/p" };

const APPOINTMENT: Appointment = {
  id: "7",
  status: "arrived",
  patient: { id: "p", name: "Ngozi Okafor", phones: [] },
  lastCall: null,
  phones: [OWN, DAUGHTER],
};

function called(phase: Phase): SoftphoneState {
  const target = { appointment: "7", number: DAUGHTER.number, name: DAUGHTER.name, ending: "0318" };
  return { ...IDLE, call: { phase, target, startedAt: Date.now(), muted: false, quality: "good", digits: "" } };
}

function open(phone: SoftphoneState, appointment: () => Promise<Appointment>) {
  const softphone = {
    getState: () => phone,
    subscribe: () => () => undefined,
    onInputLevel: () => () => undefined,
    onOutputLevel: () => () => undefined,
  } as unknown as Softphone;
  return show(
    <SoftphoneProvider softphone={softphone}>
      <AppointmentPage id="7" />
    </SoftphoneProvider>,
    { backend: { appointment, calls: async () => [] }, phone },
  );
}

const chosen = () => screen.getAllByRole<HTMLInputElement>("radio").find((one) => one.checked)?.value;

describe("the appointment", () => {
  afterEach(cleanup);

  it("has the number of a live call chosen, and after its end the patient's own again", async () => {
    open(called("connected"), async () => APPOINTMENT);
    await screen.findAllByRole("radio");
    expect(chosen()).toBe(DAUGHTER.number);
    cleanup();
    open(called("ended"), async () => APPOINTMENT);
    await screen.findAllByRole("radio");
    expect(chosen(), "a related person is chosen by hand, each time").toBe(OWN.number);
  });

  it("does not say that there is no number while there is one to choose", async () => {
    open(IDLE, async () => ({ ...APPOINTMENT, phones: [DAUGHTER] }));
    await screen.findByText("Choose whom to call");
    expect(screen.queryByText(/There is no phone number/)).toBeNull();
  });

  it("leaves the focus where it is when the appointment comes", async () => {
    let arrive: (appointment: Appointment) => void = () => undefined;
    open(IDLE, () => new Promise((resolve) => (arrive = resolve)));
    const back = screen.getByRole("link", { name: "All appointments" });
    back.focus();
    await act(async () => arrive(APPOINTMENT));
    await screen.findByRole("heading", { level: 1, name: "Ngozi Okafor" });
    expect(document.activeElement).toBe(back);
  });
});
