import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { Link } from "wouter";
import { useRowCall } from "../appointment/rowcall";
import type { Appointment } from "../backend";
import type { ClinicTime } from "../clinictime";
import { useDay } from "../queries";
import { useServices } from "../services";
import { nameOf, unreadWords } from "../today/day";
import { isPlain } from "../today/plain";
import { useNow } from "../useNow";
import { say } from "../words";
import styles from "./after.module.css";
import { useHeldNext, useMoment } from "./useHeldNext";

/** Whom to turn to after the call of `current`: whom the list of the day marks, too. */
export function Next({ current }: { current: string }) {
  const { time } = useServices();
  const now = useNow(0, 60_000);
  const { data } = useDay(time.dayOf(now));
  const { next, changed } = useHeldNext(data?.appointments, current);
  if (!data) return null;
  return (
    <>
      {next ? (
        <Whom key={next.id} appointment={next} changed={changed} />
      ) : (
        // Of what could not be read nobody knows whether it waits.
        <p className={`${styles.dim} ${styles.next}`}>{unreadWords(data) ?? say("after:nobodyElse")}</p>
      )}
      <div role="status" className="cl-spoken" data-testid="next-news">
        {next && changed && nextWords(next, time)}
      </div>
    </>
  );
}

function nextWords(next: Appointment, time: ClinicTime): string {
  const name = nameOf(next);
  return next.start ? say("after:next", { when: time.clock(next.start), name }) : say("after:nextTimeless", { name });
}

interface WhomProps {
  appointment: Appointment;
  /** Somebody else stood there before. */
  changed: boolean;
}

function Whom({ appointment, changed }: WhomProps) {
  const { time } = useServices();
  const { callOrOpen, pending } = useRowCall();
  const settling = useMoment(changed);
  const { id } = appointment;
  const name = nameOf(appointment);
  const address = `/appointments/${encodeURIComponent(id)}`;
  return (
    <div className={styles.next} data-settling={settling || undefined}>
      <Link href={address}>{nextWords(appointment, time)}</Link>
      {isPlain(appointment) ? (
        <Button
          leftSection={<IconPhone aria-hidden size={20} />}
          aria-disabled={settling || undefined}
          // The second press of a double click is not meant: it would end the call.
          onClick={(event) => settling || event.detail > 1 || void callOrOpen(appointment)}
          aria-label={say("after:callNext", { name })}
        >
          {pending === id ? say("after:calling") : say("after:call")}
        </Button>
      ) : (
        <Button component={Link} href={address} variant="default" aria-label={say("after:openNext", { name })}>
          {say("after:open")}
        </Button>
      )}
    </div>
  );
}
