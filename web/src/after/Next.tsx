import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { Link } from "wouter";
import { useRowCall } from "../appointment/rowcall";
import type { Appointment } from "../backend";
import { useDay } from "../queries";
import { useServices } from "../services";
import { nameOf, unreadWords } from "../today/day";
import { isPlain } from "../today/plain";
import { useNext } from "../today/useNext";
import { useNow } from "../useNow";
import { say } from "../words";
import styles from "./after.module.css";

/** Whom to turn to after the call of `current`: whom the list of the day marks, too. */
export function Next({ current }: { current: string }) {
  const { time } = useServices();
  const now = useNow(0, 60_000);
  const { data } = useDay(time.dayOf(now));
  const next = useNext(data?.appointments, current);
  if (!data) return null;
  if (next) return <Whom appointment={next} />;
  // Of what could not be read nobody knows whether it waits.
  return <p className={`${styles.dim} ${styles.next}`}>{unreadWords(data) ?? say("after:nobodyElse")}</p>;
}

function Whom({ appointment }: { appointment: Appointment }) {
  const { time } = useServices();
  const { callOrOpen, pending } = useRowCall();
  const { id, start } = appointment;
  const name = nameOf(appointment);
  const address = `/appointments/${encodeURIComponent(id)}`;
  return (
    <div className={styles.next}>
      <Link href={address}>
        {start ? say("after:next", { when: time.clock(start), name }) : say("after:nextTimeless", { name })}
      </Link>
      {isPlain(appointment) ? (
        <Button
          leftSection={<IconPhone aria-hidden size={20} />}
          // The second press of a double click is not meant: it would end the call.
          onClick={(event) => event.detail > 1 || void callOrOpen(appointment)}
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
