import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Appointment } from "../backend";
import { ageOn, birthDay } from "../clinictime";
import { PageHeading } from "../page";
import { useServices } from "../services";
import { nameOf, statusWords } from "../today/day";
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
  const born = appointment.patient?.birthDate;
  const age = born ? ageOn(born, time.dayOf(Date.now())) : undefined;
  const { start, end } = appointment;
  return (
    <>
      <Text>
        {born ? `Born ${birthDay(born)}` : "Date of birth not in the record"}
        {age !== undefined && ` · ${age === 1 ? "1 year" : `${age} years`}`}
      </Text>
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

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
