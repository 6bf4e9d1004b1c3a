import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Appointment, Patient } from "../backend";
import { ageOn, type ClinicTime } from "../clinictime";
import { PageHeading } from "../page";
import { useServices } from "../services";
import { DeceasedMark } from "../today/DeceasedMark";
import { bornWords, nameOf, patientName, patientsOf, statusWords } from "../today/day";
import { say } from "../words";
import styles from "./appointment.module.css";
import { ChartLink } from "./ChartLink";

/** Who is to be called: it stays in sight. One heading from the first moment on: a second one would take the focus again. */
export function Identity({ appointment }: { appointment: Appointment | undefined }) {
  const patients = appointment && patientsOf(appointment);
  return (
    <>
      <div className={styles.identity}>
        <PageHeading>{appointment ? nameOf(appointment) : say("appointment:title")}</PageHeading>
        {patients?.length === 0 && <Text>{bornWords(undefined)}</Text>}
        {patients?.map((one) => (
          <PatientLine key={one.id} patient={one} named={patients.length > 1} />
        ))}
      </div>
      {appointment && <Facts appointment={appointment} />}
    </>
  );
}

/** When and why the patient comes. */
function Facts({ appointment }: { appointment: Appointment }) {
  const { time } = useServices();
  const { start, end } = appointment;
  return (
    <dl className={styles.facts}>
      {start && (
        <Fact name={say("appointment:when")}>
          <time dateTime={start}>{spanWords(time, start, end)}</time>
        </Fact>
      )}
      {appointment.reason && <Fact name={say("appointment:reason")}>{appointment.reason}</Fact>}
      <Fact name={say("appointment:status")}>{statusWords(appointment.status)}</Fact>
    </dl>
  );
}

function spanWords(time: ClinicTime, start: string, end: string | undefined): string {
  const when = { day: time.longDay(time.dayOf(start)), start: time.clock(start) };
  return end ? say("appointment:from", { ...when, end: time.clock(end) }) : say("appointment:at", when);
}

/** Who it is beside the name: the date of birth, and whether the record says that they have died. */
function PatientLine({ patient, named }: { patient: Patient; named: boolean }) {
  const { time } = useServices();
  const age = patient.birthDate && !patient.deceased ? ageOn(patient.birthDate, time.dayOf(Date.now())) : undefined;
  return (
    <Text className={styles.patient}>
      {patient.deceased && <DeceasedMark />}
      {patient.deceased && " "}
      {named && <span className={styles.named}>{patientName(patient)}</span>}
      {age === undefined
        ? bornWords(patient)
        : say("appointment:born", { born: bornWords(patient), age: say("appointment:years", { count: age }) })}
      <ChartLink patient={patient.id} name={named ? patient.name : undefined} />
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
