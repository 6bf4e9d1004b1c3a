// Who was called: as the call says, else as far as its number's ending tells.
import type { Appointment, Call } from "../backend";
import { householdOf, isPatient, opening, withRelation } from "../people";
import { patientsOf } from "../today/day";
import { say } from "../words";
import type { Whom } from "./words";

export function whomOf(
  appointment: Appointment,
  call: Pick<Call, "recipient" | "ending" | "householdConfirmed">,
): Whom {
  const { recipient } = call;
  const ref = recipient?.ref ?? onlyOwner(appointment, call.ending);
  if (!ref) return { patient: false };
  const patient = isPatient(ref);
  const phone = appointment.phones?.find((one) => one.of === ref);
  const listed = patientsOf(appointment).find(({ id }) => ref === `Patient/${id}`);
  const name = recipient?.name ?? phone?.name ?? listed?.name;
  const relation = patient ? undefined : (recipient?.relation ?? phone?.relation ?? say("people:related"));
  if (call.householdConfirmed) return { patient, name: householdOf(name ?? say("people:patient")), household: true };
  return { patient, ...(name ? { name } : {}), ...(relation ? { relation } : {}) };
}

/** The one person whom what is known of the number fits. A guess between two is none. */
function onlyOwner(appointment: Appointment, ending: string | undefined): string | undefined {
  const fits = (appointment.phones ?? []).filter((phone) => ending === undefined || phone.ending === ending);
  const owners = new Set(fits.map((phone) => phone.of));
  return owners.size === 1 ? fits[0]?.of : undefined;
}

/** "Anna Ellis (daughter), number ending 0318"; as much of it as is known. */
export function calledWords({ name, relation }: Whom, ending: string | undefined): string {
  const who = name && opening(withRelation(name, relation));
  if (who && ending) return say("history:called", { name: who, ending });
  return who || (ending ? say("history:numberAlone", { ending }) : "");
}
