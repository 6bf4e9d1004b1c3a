// Whom a call of this appointment can go to.
import type { Appointment, Phone } from "../backend";
import type { Target } from "../calling/state";

export interface Choice {
  target: Target;
  /** "Mobile ending 0142" */
  label: string;
  /** The patient's own number, not a related person's. */
  own: boolean;
}

// Ofcom's numbering plan: +447 is mobile, but 70 is personal and 76 is pagers
// (7624 is the Isle of Man's mobiles).
const MOBILE = /^\+447(?!0|6(?!24))/;

export function phoneWords(phone: Pick<Phone, "number" | "ending">): string {
  return `${MOBILE.test(phone.number) ? "Mobile" : "Phone"} ending ${phone.ending}`;
}

export function choicesOf(appointment: Appointment): Choice[] {
  const { patient } = appointment;
  return (appointment.phones ?? []).map((phone) => {
    const own = patient !== null && phone.of === `Patient/${patient.id}`;
    const name = own ? (patient.name ?? phone.name) : phone.name;
    return {
      target: {
        appointment: appointment.id,
        number: phone.number,
        name: name ?? (own ? "the patient" : "a related person"),
        ending: phone.ending,
      },
      label: phoneWords(phone),
      own,
    };
  });
}

/** Dialled unless somebody chooses: the patient's first number. A related person is only ever chosen by hand. */
export function firstChoice(choices: readonly Choice[]): Choice | undefined {
  return choices.find((one) => one.own);
}
