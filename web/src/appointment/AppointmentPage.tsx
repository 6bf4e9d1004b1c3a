import { Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type Appointment, BackendError } from "../backend";
import { sameTarget } from "../calling/face";
import { isLive } from "../calling/transitions";
import { History } from "../history/History";
import { triesOf } from "../history/line";
import { useEntries } from "../history/useEntries";
import { Problem } from "../page";
import { useAppointment } from "../queries";
import { useInCall, useServices } from "../services";
import { useTitle } from "../title";
import { BackToDay } from "../today/BackToDay";
import { say } from "../words";
import styles from "./appointment.module.css";
import { CalledBackNotice } from "./CalledBackNotice";
import { Identity } from "./Identity";
import { Numbers } from "./Numbers";
import { StartCard } from "./StartCard";
import { choicesOf, firstChoice } from "./targets";
import { UnreadableNumbers } from "./UnreadableNumbers";

export default function AppointmentPage({ id }: { id: string }) {
  const query = useAppointment(id);
  useTitle(say("appointment:title"));
  const appointment = query.data;
  // What does not exist, or is somebody else's, does not come by asking again.
  const final =
    query.error instanceof BackendError && (query.error.code === "not-found" || query.error.code === "forbidden");
  return (
    <div className={styles.page}>
      <BackToDay appointment={id} />
      <Identity appointment={appointment} />
      {query.error != null && (
        <Problem
          title={appointment ? say("appointment:unrenewed") : say("appointment:unloaded")}
          error={query.error}
          onRetry={final ? undefined : query.refetch}
        />
      )}
      {query.waiting && <Waiting />}
      {appointment && (
        <>
          <CalledBackNotice appointment={appointment} />
          <div className={styles.columns}>
            <CallColumn appointment={appointment} />
            <History appointment={appointment} />
          </div>
        </>
      )}
    </div>
  );
}

function CallColumn({ appointment }: { appointment: Appointment }) {
  const { softphone } = useServices();
  const inCall = useInCall();
  // Back on the page in the middle of a call, its number is the chosen one.
  const choices = choicesOf(appointment);
  const [id, setId] = useState(() => {
    const { call } = softphone.getState();
    if (!isLive(call) || call.target.appointment !== appointment.id) return undefined;
    return choices.find(({ target }) => sameTarget(target, call.target))?.id;
  });
  const open = choices.filter(({ refusal }) => !refusal);
  const chosen = open.find((one) => one.id === id) ?? firstChoice(choices);
  const unreadable = appointment.unreadable ?? [];
  return (
    <Stack gap="md" className={styles.callColumn}>
      {choices.length === 0 && (
        <Paper withBorder p="md" className={styles.missing}>
          <Text fw={600}>{unreadable.length > 0 ? say("appointment:noneReadable") : say("appointment:noNumber")}</Text>
          <Text>{say("appointment:addNumber")}</Text>
        </Paper>
      )}
      <UnreadableNumbers entries={unreadable} />
      <div className={styles.card}>
        <Numbers choices={choices} chosen={chosen} fixed={inCall} onChoose={setId} />
        <StartCard
          target={chosen?.target ?? null}
          choices={open.map(({ target }) => target)}
          appointment={appointment}
          refused={choices.length > 0 && open.length === 0}
        />
        <Tries appointment={appointment.id} />
      </div>
    </Stack>
  );
}

/** How often somebody was called for it in vain. */
function Tries({ appointment }: { appointment: string }) {
  const { entries } = useEntries(appointment);
  const count = triesOf(entries ?? []);
  return count > 0 && <p className={styles.tries}>{say("history:tried", { count })}</p>;
}

function Waiting() {
  return (
    <div className={`cl-late ${styles.columns}`} aria-busy="true">
      <Skeleton height={320} radius="md" />
      <Skeleton height={320} radius="md" />
    </div>
  );
}
