import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { Link } from "wouter";
import { useRowCall } from "../appointment/rowcall";
import { useDay } from "../queries";
import { useServices } from "../services";
import { nameOf } from "../today/day";
import { nextOf } from "../today/next";
import { useNow } from "../useNow";
import { say } from "../words";
import styles from "./after.module.css";

/** Whom to turn to after the call of `current`: whom the list of the day marks, too. */
export function Next({ current }: { current: string }) {
  const { time } = useServices();
  const now = useNow(0, 60_000);
  const { data } = useDay(time.dayOf(now));
  const { callOrOpen, pending } = useRowCall();
  if (!data) return null;
  const next = nextOf(data.appointments, now, current);
  if (!next) return <p className={`${styles.dim} ${styles.next}`}>{say("after:dayDone")}</p>;
  const name = nameOf(next);
  return (
    <div className={styles.next}>
      <Link href={`/appointments/${encodeURIComponent(next.id)}`}>
        {say("after:next", { when: time.clock(next.start ?? ""), name })}
      </Link>
      {next.numbers === 1 && (
        <Button
          leftSection={<IconPhone aria-hidden size={20} />}
          // The second press of a double click is not meant: it would end the call.
          onClick={(event) => event.detail > 1 || void callOrOpen(next)}
          aria-label={say("after:callNext", { name })}
        >
          {pending === next.id ? say("after:calling") : say("after:call")}
        </Button>
      )}
    </div>
  );
}
