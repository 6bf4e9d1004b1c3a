import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Appointment } from "../backend";
import { ageOn, birthDay } from "../clinictime";
import { PageHeading } from "../page";
import { useServices } from "../services";
import { nameOf, statusWords } from "../today/day";
import styles from "./appointment.module.css";

/** Who is to be called, by name and date of birth, and why. */
export function Identity({ appointment }: { appointment: Appointment | undefined }) {
  const { time } = useServices();
  if (!appointment) return <PageHeading>Appointment</PageHeading>;
  const born = appointment.patient?.birthDate;
  const age = born ? ageOn(born, time.dayOf(Date.now())) : undefined;
  const { start, end } = appointment;
  return (
    <div>
      <PageHeading>{nameOf(appointment)}</PageHeading>
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
    </div>
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
