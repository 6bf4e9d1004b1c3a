import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link } from "wouter";
import type { Appointment } from "../backend";
import { useServices } from "../services";
import { DeceasedMark } from "./DeceasedMark";
import { bornWords, nameOf, nextOf, patientName, patientsOf, statusWords, unreadableWords } from "./day";
import { LastCallCell } from "./LastCallCell";
import styles from "./today.module.css";

interface DayListProps {
  appointments: readonly Appointment[];
  now: number;
  /** Whether the day is today: only then is one the next. */
  current: boolean;
}

/** A table where there is room for one, else cards. */
export function DayList({ appointments, now, current }: DayListProps) {
  const wide = useMediaQuery("(min-width: 48em)", true, { getInitialValueInEffect: false });
  const next = current ? nextOf(appointments, now) : undefined;
  const rows = appointments.map((one) => ({ appointment: one, now, next: one.id === next }));
  if (!wide) {
    return (
      <ul className={styles.cards}>
        {rows.map((row) => (
          <DayCard key={row.appointment.id} {...row} />
        ))}
      </ul>
    );
  }
  return (
    <div className={styles.sheet}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Patient</th>
            <th scope="col">Reason</th>
            <th scope="col">Status</th>
            <th scope="col">Last call</th>
            <th scope="col">
              <span className={styles.hidden}>Open</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DayRow key={row.appointment.id} {...row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps {
  appointment: Appointment;
  now: number;
  next: boolean;
}

function DayRow({ appointment, now, next }: RowProps) {
  return (
    <tr className={next ? styles.next : undefined}>
      <td className={styles.time}>
        <Clock appointment={appointment} />
        {next && <span className={styles.mark}>Next</span>}
      </td>
      <th scope="row" className={styles.patient}>
        <Identity appointment={appointment} />
      </th>
      <td>{appointment.reason ?? ""}</td>
      <td>{statusWords(appointment.status)}</td>
      <td>
        <LastCallCell appointment={appointment} now={now} />
      </td>
      <td className={styles.act}>
        <Open appointment={appointment} next={next} />
      </td>
    </tr>
  );
}

function DayCard({ appointment, now, next }: RowProps) {
  return (
    <li className={next ? `${styles.card} ${styles.next}` : styles.card}>
      <div className={styles.cardHead}>
        <span className={styles.time}>
          <Clock appointment={appointment} />
          {next && <span className={styles.mark}>Next</span>}
        </span>
        <span>{statusWords(appointment.status)}</span>
      </div>
      <div className={styles.patient}>
        <Identity appointment={appointment} />
      </div>
      {appointment.reason && <div>{appointment.reason}</div>}
      <div className={styles.cardFoot}>
        <LastCallCell appointment={appointment} now={now} />
        <Open appointment={appointment} next={next} />
      </div>
    </li>
  );
}

function Clock({ appointment }: { appointment: Appointment }) {
  const { time } = useServices();
  if (!appointment.start) return <span>No time</span>;
  return <time dateTime={appointment.start}>{time.clock(appointment.start)}</time>;
}

/** Two identifiers of each patient, so that no call goes to a namesake. */
function Identity({ appointment }: { appointment: Appointment }) {
  const patients = patientsOf(appointment);
  if (patients.length === 0) return <Person name={nameOf(appointment)} born={bornWords(undefined)} />;
  return patients.map((one) => (
    <Person
      key={one.id}
      name={patientName(one)}
      born={bornWords(one)}
      deceased={one.deceased}
      unreadable={unreadableWords(one)}
    />
  ));
}

interface PersonProps {
  name: string;
  born: string;
  deceased?: boolean | undefined;
  unreadable?: string | undefined;
}

function Person({ name, born, deceased, unreadable }: PersonProps) {
  return (
    <>
      <span className={styles.name}>
        {name}
        {deceased && " "}
        {deceased && <DeceasedMark />}
      </span>
      <span className={styles.born}>{born}</span>
      {unreadable && <span className={styles.unreadable}>{unreadable}</span>}
    </>
  );
}

function Open({ appointment, next }: { appointment: Appointment; next: boolean }) {
  const { time } = useServices();
  const at = appointment.start ? `, ${time.clock(appointment.start)}` : "";
  return (
    <Button
      component={Link}
      href={`/appointments/${appointment.id}`}
      variant={next ? "filled" : "default"}
      aria-label={`Open ${nameOf(appointment)}${at}`}
    >
      Open
    </Button>
  );
}
