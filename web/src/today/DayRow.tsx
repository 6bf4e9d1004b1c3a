import { Button } from "@mantine/core";
import { IconChevronRight, IconPhone } from "@tabler/icons-react";
import { Link } from "wouter";
import { useRowCall } from "../appointment/rowcall";
import type { Appointment } from "../backend";
import { useCallsOff } from "../calling/settling";
import { useServices } from "../services";
import { say } from "../words";
import { DeceasedMark } from "./DeceasedMark";
import { bornWords, nameOf, patientName, patientsOf, statusWords, unreadableWords } from "./day";
import { LastCallCell } from "./LastCallCell";
import styles from "./list.module.css";
import { isPlain } from "./plain";

export interface DayRowProps {
  appointment: Appointment;
  now: number;
  next: boolean;
  /** It is the one that stands beside the list. */
  open: boolean;
  href: string;
  /** It was called for from here. */
  onCalled(): void;
}

export function DayRow({ appointment, now, next, open, href, onCalled }: DayRowProps) {
  const { time } = useServices();
  const { start } = appointment;
  const name = nameOf(appointment);
  const label = start ? say("today:openOne", { name, clock: time.clock(start) }) : say("today:openTimeless", { name });
  return (
    <li className={styles.row} data-next={next || undefined} data-open={open || undefined}>
      {/* It lies over the whole row; what is read of the row stands beside it. */}
      <Link
        href={href}
        className={styles.link}
        aria-label={label}
        aria-current={open ? "true" : undefined}
        data-row={appointment.id}
      />
      <span className={styles.when}>
        {start ? <time dateTime={start}>{time.clock(start)}</time> : say("today:noTime")}
        {next && <span className={styles.mark}>{say("today:next")}</span>}
      </span>
      <span className={styles.patient}>
        <Identity appointment={appointment} />
      </span>
      <span className={styles.why}>{appointment.reason}</span>
      <span className={styles.last}>
        <span className={styles.quiet}>{statusWords(appointment.status)}</span>
        <LastCallCell appointment={appointment} now={now} />
      </span>
      <span className={styles.act}>
        {isPlain(appointment) ? (
          <Call appointment={appointment} next={next} onCalled={onCalled} />
        ) : (
          <span className={styles.opens} aria-hidden>
            {say("today:open")}
            <IconChevronRight size={18} />
          </span>
        )}
      </span>
    </li>
  );
}

function Call({ appointment, next, onCalled }: Pick<DayRowProps, "appointment" | "next" | "onCalled">) {
  const { softphone } = useServices();
  const callsOff = useCallsOff();
  const { pending, callOrOpen } = useRowCall();
  const off = callsOff || pending !== undefined;
  const press = async () => {
    await callOrOpen(appointment);
    if (softphone.getState().call?.target.appointment === appointment.id) onCalled();
  };
  return (
    <Button
      variant={next ? "filled" : "default"}
      className={styles.call}
      leftSection={<IconPhone aria-hidden size={18} />}
      aria-label={say("today:callOne", { name: nameOf(appointment) })}
      // Not disabled: that would take the focus away from whoever has just pressed it.
      aria-disabled={off || undefined}
      onClick={() => off || void press()}
    >
      {say("today:call")}
    </Button>
  );
}

/** Two identifiers of each patient, so that no call goes to a namesake. */
export function Identity({ appointment }: { appointment: Appointment }) {
  const patients = patientsOf(appointment);
  if (patients.length === 0) {
    return (
      <>
        <span className={styles.name}>{nameOf(appointment)}</span>
        <span className={styles.quiet}>{bornWords(undefined)}</span>
      </>
    );
  }
  return patients.map((one) => {
    const unreadable = unreadableWords(one);
    return (
      <span key={one.id} className={styles.person}>
        <span className={styles.name}>
          {patientName(one)}
          {one.deceased && " "}
          {one.deceased && <DeceasedMark />}
        </span>
        <span className={styles.quiet}>{bornWords(one)}</span>
        {unreadable && <span className={styles.unreadable}>{unreadable}</span>}
      </span>
    );
  });
}
