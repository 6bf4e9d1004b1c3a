import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Appointment, type Backend, BackendError } from "../backend";
import { SoftphoneProvider } from "../calling/context";
import type { Phase, Softphone, SoftphoneState } from "../calling/state";
import { IDLE, show } from "../testing";
import AppointmentPage from "./AppointmentPage";
import { AGAIN } from "./owedlooks";

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
  const target = {
    appointment: "7",
    number: DAUGHTER.number,
    name: DAUGHTER.name,
    ending: "0318",
    recipient: DAUGHTER.of,
  };
  return { ...IDLE, call: { phase, target, startedAt: Date.now(), muted: false, quality: "good", digits: "" } };
}

function open(phone: SoftphoneState, appointment: () => Promise<Appointment>, more: Partial<Backend> = {}) {
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
    { backend: { appointment, calls: async () => [], ...more }, phone },
  );
}

const chosen = () => screen.getAllByRole<HTMLInputElement>("radio").find((one) => one.checked)?.value;

describe("the appointment", () => {
  afterEach(cleanup);

  it("has the number of a live call chosen, and after its end the patient's own again", async () => {
    open(called("connected"), async () => APPOINTMENT);
    await screen.findAllByRole("radio");
    expect(chosen()).toBe(`${DAUGHTER.of} ${DAUGHTER.number} `);
    cleanup();
    open(called("ended"), async () => APPOINTMENT);
    await screen.findAllByRole("radio");
    expect(chosen(), "a related person is chosen by hand, each time").toBe(`${OWN.of} ${OWN.number} `);
  });

  it("does not say that there is no number while there is one to choose", async () => {
    open(IDLE, async () => ({ ...APPOINTMENT, phones: [DAUGHTER] }));
    await screen.findByText("Choose whom to call");
    expect(screen.queryByText(/There is no phone number/)).toBeNull();
  });

  it("says who has died, who takes part in a group, and what could not be read", async () => {
    const alan = { id: "a", name: "Alan Smith", birthDate: "1950-05-05", phones: [], deceased: true };
    const beth = { id: "b", name: "Beth Smith", birthDate: "1952-01-02", phones: [] };
    open(IDLE, async () => ({ ...APPOINTMENT, patient: alan, patients: [alan, beth], phones: [] }));
    await screen.findByRole("heading", { level: 1, name: "Alan Smith and Beth Smith" });
    expect(screen.getByText(/Born 5 May 1950/).textContent).toBe("Deceased Alan SmithBorn 5 May 1950");
    expect(screen.getByText(/Born 2 January 1952/).textContent).toMatch(/^Beth SmithBorn 2 January 1952 · \d+ years$/);
    cleanup();
    open(IDLE, async () => ({ ...APPOINTMENT, patient: { id: "u", phones: [], unread: true }, phones: [] }));
    await screen.findByRole("heading", { level: 1, name: "Patient could not be read" });
    screen.getByText("Date of birth could not be read");
  });

  it("shows entries that are no number as they stand, and whose they are", async () => {
    const daughters = { of: "RelatedPerson/d", name: "Chidinma Okafor", relation: "daughter", text: "792 4100 Mum" };
    const unreadable = [{ of: "Patient/p", name: "Ngozi Okafor", text: "0161 496 (home)" }, daughters];
    open(IDLE, async () => ({ ...APPOINTMENT, phones: [], unreadable }));
    await screen.findByText("2 telephone entries cannot be read.");
    const entries = screen.getAllByRole("listitem").map((one) => one.textContent);
    expect(entries).toEqual(["“0161 496 (home)” – Ngozi Okafor", "“792 4100 Mum” – Chidinma Okafor (daughter)"]);
    screen.getByText("There is no phone number in the record that can be called.");
  });

  it("tells two apart who share a number, and in a group whose relation one is", async () => {
    const alan = { id: "a", name: "Alan Smith", birthDate: "1950-05-05", phones: [] };
    const beth = { id: "b", name: "Beth Smith", phones: [] };
    const shared = { number: OWN.number, ending: OWN.ending };
    const phones = [
      { ...shared, of: "Patient/a", patient: "Patient/a", deceased: true },
      { ...shared, of: "Patient/b", patient: "Patient/b" },
      { ...DAUGHTER, patient: "Patient/b", relation: "daughter" },
    ];
    open(IDLE, async () => ({ ...APPOINTMENT, patient: alan, patients: [alan, beth], phones }));
    const labels = (await screen.findAllByRole<HTMLInputElement>("radio")).map((one) => one.labels?.[0]?.textContent);
    expect(labels).toEqual([
      "Alan Smith Deceased · Born 5 May 1950 · Mobile ending 0142",
      "Beth Smith Mobile ending 0142",
      "Chidinma Okafor (daughter) For Beth Smith · Mobile ending 0318",
    ]);
    expect(chosen(), "nobody is called by itself").toBeUndefined();
    fireEvent.click(screen.getByRole("radio", { name: /^Beth Smith/ }));
    screen.getByRole("button", { name: "Call Beth Smith" });
  });

  it("notices by itself that an outage has ended", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let away = true;
    open(IDLE, async () => {
      if (away) throw new BackendError("unavailable", "The health record does not answer.");
      return APPOINTMENT;
    });
    await screen.findByText("The health record does not answer.");
    away = false;
    await act(() => vi.advanceTimersByTimeAsync(20_000));
    await screen.findByRole("heading", { level: 1, name: "Ngozi Okafor" });
    expect(screen.queryByText("The health record does not answer.")).toBeNull();
    vi.useRealTimers();
  });

  it("shows a number in full only once the service has kept that somebody asked", async () => {
    const reveal = vi.fn(async () => undefined);
    open(IDLE, async () => APPOINTMENT, { reveal });
    const show = await screen.findByRole("button", { name: "Show number ending 0142 in full" });
    expect(screen.queryByText("07700 900142")).toBeNull();
    fireEvent.click(show);
    await screen.findByText("07700 900142");
    expect(reveal).toHaveBeenCalledExactlyOnceWith("7", { of: "Patient/p", ending: "0142" }, expect.anything());
    fireEvent.click(screen.getByRole("button", { name: "Hide number ending 0142" }));
    expect(screen.queryByText("07700 900142")).toBeNull();
  });

  it("keeps nobody from a number because the service is away, and tells it when it is back", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    let fail: BackendError | undefined = new BackendError("unavailable", "The service is away.");
    const reveal = vi.fn(async () => {
      if (fail) throw fail;
    });
    open(IDLE, async () => APPOINTMENT, { reveal });
    fireEvent.click(await screen.findByRole("button", { name: "Show number ending 0142 in full" }));
    await screen.findByText("07700 900142");
    screen.getByText("The service does not answer. That you saw this number is noted as soon as it does.");
    expect(reveal).toHaveBeenCalledTimes(1);
    await act(() => vi.advanceTimersByTimeAsync(AGAIN));
    expect(reveal, "still away").toHaveBeenCalledTimes(2);
    fail = undefined;
    await act(() => vi.advanceTimersByTimeAsync(AGAIN));
    expect(reveal).toHaveBeenCalledTimes(3);
    expect(reveal).toHaveBeenLastCalledWith("7", { of: "Patient/p", ending: "0142" }, expect.anything());
    expect(screen.queryByText(/^The service does not answer/)).toBeNull();
    screen.getByText("07700 900142");
    await act(() => vi.advanceTimersByTimeAsync(4 * AGAIN));
    expect(reveal, "it was told").toHaveBeenCalledTimes(3);
    vi.useRealTimers();
  });

  it.each(["forbidden", "not-found", "too-many-requests"] as const)(
    "shows no number that the service did not let be shown, and says why: %s",
    async (code) => {
      const reveal = () => Promise.reject(new BackendError(code, "You may not."));
      open(IDLE, async () => APPOINTMENT, { reveal });
      fireEvent.click(await screen.findByRole("button", { name: "Show number ending 0142 in full" }));
      await screen.findByText("The number could not be shown. You may not.");
      expect(screen.queryByText("07700 900142")).toBeNull();
    },
  );

  it("says beforehand what cannot be dialled, and chooses another", async () => {
    const refusal = { code: "country", sentence: "Calls to France are not allowed." };
    const abroad = { number: "+33123456789", ending: "6789", of: "Patient/p", use: "home" as const, refusal };
    open(IDLE, async () => ({ ...APPOINTMENT, phones: [abroad, OWN] }));
    const off = await screen.findByRole<HTMLInputElement>("radio", { name: /Home ending 6789/ });
    expect(off.disabled).toBe(true);
    expect(document.getElementById(off.getAttribute("aria-describedby") ?? "")?.textContent).toBe(refusal.sentence);
    expect(chosen()).toBe(`${OWN.of} ${OWN.number} `);
    expect(screen.getAllByText("Chosen")).toHaveLength(1);
  });

  it("leaves the focus where it is when the appointment comes", async () => {
    let arrive: (appointment: Appointment) => void = () => undefined;
    open(IDLE, () => new Promise((resolve) => (arrive = resolve)));
    const back = screen.getByRole("link", { name: "Back to the day" });
    back.focus();
    await act(async () => arrive(APPOINTMENT));
    await screen.findByRole("heading", { level: 1, name: "Ngozi Okafor" });
    expect(document.activeElement).toBe(back);
  });
});
