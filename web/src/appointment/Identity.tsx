import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Appointment, Patient } from "../backend";
import { ageOn } from "../clinictime";
import { PageHeading } from "../page";
import { useServices } from "../services";
import { DeceasedMark } from "../today/DeceasedMark";
import { bornWords, nameOf, patientName, patientsOf, statusWords } from "../today/day";
import styles from "./appointment.module.css";

/** Who is to be called. One heading from the first moment on: a second one would take the focus again. */
export function Identity({ appointment }: { appointment: Appointment | undefined }) {
  return (
    <div>
      <PageHeading>{appointment ? nameOf(appointment) : "Appointment"}</PageHeading>
      {appointment && <Details appointment={appointment} />}
    </div>
  );
}

/** The date of birth beside the name, and why the patient comes. */
function Details({ appointment }: { appointment: Appointment }) {
  const { time } = useServices();
  const patients = patientsOf(appointment);
  const { start, end } = appointment;
  return (
    <>
      {patients.length === 0 && <Text>{bornWords(undefined)}</Text>}
      {patients.map((one) => (
        <PatientLine key={one.id} patient={one} named={patients.length > 1} />
      ))}
      <dl className={styles.facts}>
        {start && (
          <Fact name="Appointment">
            <time dateTime={start}>
              {time.longDay(time.dayOf(start))},{" "}
              <span className={styles.together}>
                {time.clock(start)}
                {end && `–${time.clock(end)}`}
              </span>
            </time>
          </Fact>
        )}
        {appointment.reason && <Fact name="Reason">{appointment.reason}</Fact>}
        <Fact name="Status">{statusWords(appointment.status)}</Fact>
      </dl>
    </>
  );
}

/** Who it is beside the name: the date of birth, and whether the record says that they have died. */
function PatientLine({ patient, named }: { patient: Patient; named: boolean }) {
  const { time } = useServices();
  const age = patient.birthDate && !patient.deceased ? ageOn(patient.birthDate, time.dayOf(Date.now())) : undefined;
  return (
    <Text>
      {patient.deceased && <DeceasedMark />}
      {patient.deceased && " "}
      {named && <span className={styles.named}>{patientName(patient)}</span>}
      {bornWords(patient)}
      {age !== undefined && ` · ${age === 1 ? "1 year" : `${age} years`}`}
    </Text>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
