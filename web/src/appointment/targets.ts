// Whom a call of this appointment can go to.
import type { Appointment, Patient, Phone } from "../backend";
import type { Doubt, Target } from "../calling/state";
import { isPatient } from "../people";
import { patientsOf } from "../today/day";
import { refusalWords } from "../told";
import { say } from "../words";

export interface Choice {
  /** One for each person and number. */
  id: string;
  target: Target;
  /** "Mobile ending 0142" */
  label: string;
  /** "Mobile" */
  kind: string;
  /** A patient's own number, not a related person's. */
  own: boolean;
  /** Whose relation it is, where there are several patients. */
  of?: string;
  /** A patient's date of birth, where there are several. */
  born?: string;
  /** Why a call to it would be refused, whatever the clinician chooses. */
  refusal?: string;
}

// Ofcom's numbering plan: +447 is mobile, but 70 is personal and 76 is pagers
// (7624 is the Isle of Man's mobiles).
const MOBILE = /^\+447(?!0|6(?!24))/;

/** By the record's word, else as far as the number tells. */
function kindOf({ use, number }: Pick<Phone, "number" | "use">): string {
  return say(`appointment:use.${use ?? (MOBILE.test(number) ? "mobile" : "phone")}`);
}

export function phoneWords(phone: Pick<Phone, "number" | "ending" | "extension" | "use">): string {
  const number = say("appointment:ending", { kind: kindOf(phone), ending: phone.ending });
  return phone.extension ? say("appointment:extension", { number, extension: phone.extension }) : number;
}

export function choicesOf(appointment: Appointment): Choice[] {
  const patients = patientsOf(appointment);
  const doubt = OFF[appointment.status];
  return (appointment.phones ?? []).map((phone) => {
    const owner = patients.find(({ id }) => phone.of === `Patient/${id}`);
    const own = isPatient(phone.of);
    const subject = patients.find(({ id }) => phone.patient === `Patient/${id}`);
    const doubts: Doubt[] = [...(phone.deceased ? (["deceased"] as const) : []), ...(doubt ? [doubt] : [])];
    return {
      id: [phone.of, phone.number, phone.extension ?? ""].join(" "),
      target: {
        appointment: appointment.id,
        number: phone.number,
        recipient: phone.of,
        ...calledBy(phone, owner, own),
        ending: phone.ending,
        ...(phone.extension ? { extension: phone.extension } : {}),
        ...(doubts.length > 0 ? { doubts } : {}),
      },
      label: phoneWords(phone),
      kind: kindOf(phone),
      own,
      ...(patients.length > 1 && !own && subject?.name ? { of: subject.name } : {}),
      ...(patients.length > 1 && owner?.birthDate ? { born: owner.birthDate } : {}),
      ...(phone.refusal ? { refusal: refusalWords(phone.refusal) } : {}),
    };
  });
}

/** The appointments that are asked about before somebody is called for them (FHIR R4, AppointmentStatus). */
const OFF: Record<string, Exclude<Doubt, "deceased">> = {
  cancelled: "cancelled",
  noshow: "missed",
  "entered-in-error": "mistake",
};

function calledBy(phone: Phone, owner: Patient | undefined, own: boolean): Pick<Target, "name" | "relation"> {
  const name = phone.name ?? owner?.name;
  if (own) return { name: name ?? say("people:patient") };
  const { relation } = phone;
  if (name) return { name, relation: relation ?? say("people:related") };
  return { name: relation ? say("people:patientsRelative", { relation }) : say("people:relative") };
}

/**
 * Dialled unless somebody chooses: the patient's first number that can be. A related person is only ever chosen by hand, and so is
 * one of several patients.
 */
export function firstChoice(choices: readonly Choice[]): Choice | undefined {
  const own = choices.filter((one) => one.own);
  const patients = new Set(own.map(({ target }) => target.recipient));
  return patients.size === 1 ? own.find(({ refusal }) => !refusal) : undefined;
}
