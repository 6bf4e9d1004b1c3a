import { Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { type Appointment, BackendError } from "../backend";
import { sameTarget } from "../calling/face";
import { isLive } from "../calling/transitions";
import { History } from "../history/History";
import { Problem } from "../page";
import { useAppointment } from "../queries";
import { useInCall, useServices } from "../services";
import { useTitle } from "../title";
import { BackToDay } from "../today/BackToDay";
import styles from "./appointment.module.css";
import { Identity } from "./Identity";
import { NumberChoice } from "./NumberChoice";
import { StartCard } from "./StartCard";
import { choicesOf, firstChoice } from "./targets";
import { UnreadableNumbers } from "./UnreadableNumbers";

export default function AppointmentPage({ id }: { id: string }) {
  const query = useAppointment(id);
  useTitle("Appointment");
  const appointment = query.data;
  // What does not exist, or is somebody else's, does not come by asking again.
  const final =
    query.error instanceof BackendError && (query.error.code === "not-found" || query.error.code === "forbidden");
  return (
    <Stack gap="md">
      <BackToDay appointment={id} />
      <Identity appointment={appointment} />
      {query.error != null && (
        <Problem
          title={appointment ? "The appointment could not be renewed" : "The appointment could not be loaded"}
          error={query.error}
          onRetry={final ? undefined : query.refetch}
        />
      )}
      {query.waiting && <Waiting />}
      {appointment && (
        <div className={styles.columns}>
          <CallColumn appointment={appointment} />
          <History appointment={appointment} />
        </div>
      )}
    </Stack>
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
  const chosen = choices.find((one) => one.id === id) ?? firstChoice(choices);
  const unreadable = appointment.unreadable ?? [];
  return (
    <Stack gap="md" className={styles.callColumn}>
      {choices.length === 0 && (
        <Paper withBorder p="md" className={styles.missing}>
          <Text fw={600}>
            {unreadable.length > 0
              ? "There is no phone number in the record that can be called."
              : "There is no phone number in the record."}
          </Text>
          <Text>Add one to the patient’s record, then load this page again.</Text>
        </Paper>
      )}
      <UnreadableNumbers entries={unreadable} />
      <NumberChoice choices={choices} chosen={chosen} fixed={inCall} onChoose={setId} />
      <StartCard
        target={chosen?.target ?? null}
        choices={choices.map(({ target }) => target)}
        appointment={appointment}
      />
    </Stack>
  );
}

function Waiting() {
  return (
    <div className={`cl-late ${styles.columns}`} aria-busy="true">
      <Skeleton height={320} radius="md" />
      <Skeleton height={320} radius="md" />
    </div>
  );
}
