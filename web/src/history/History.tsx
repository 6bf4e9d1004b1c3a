import { Skeleton, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import type { Appointment, RecordedCall } from "../backend";
import { Problem } from "../page";
import { useUnheard } from "../queries";
import { useServices } from "../services";
import { say } from "../words";
import { CallEntry } from "./CallEntry";
import styles from "./history.module.css";
import { useEntries } from "./useEntries";

/** While nothing comes over the event stream (one person has ten of them), the record tells the phone how its call goes. */
function useRecordForStream(calls: readonly RecordedCall[] | undefined) {
  const { softphone } = useServices();
  const unheard = useUnheard();
  useEffect(() => {
    const sid = softphone.getState().call?.callSid;
    const mine = sid === undefined ? undefined : calls?.find(({ key }) => key === sid);
    if (unheard && mine) softphone.serverSays(mine);
  }, [unheard, calls, softphone]);
}

/** Every call of the appointment, as the health record has it, and what it does not have yet. */
export function History({ appointment }: { appointment: Appointment }) {
  const { query, entries } = useEntries(appointment.id);
  useRecordForStream(query.data);
  return (
    <section aria-labelledby="history" className={styles.history}>
      <Title order={2} id="history" className={styles.title}>
        {say("history:title")}
      </Title>
      {query.error != null && (
        <Problem
          title={query.data ? say("history:unrenewed") : say("history:unloaded")}
          error={query.error}
          onRetry={query.refetch}
        />
      )}
      {!entries && query.waiting && (
        <Stack gap="sm" className="cl-late" aria-busy="true">
          <Skeleton height={44} radius="md" />
          <Skeleton height={44} radius="md" />
        </Stack>
      )}
      {entries?.length === 0 && <Text c="dimmed">{say("history:none")}</Text>}
      {entries && entries.length > 0 && (
        <ol className={styles.calls}>
          {entries.map((entry) => (
            <CallEntry key={entry.id} entry={entry} appointment={appointment} />
          ))}
        </ol>
      )}
    </section>
  );
}
