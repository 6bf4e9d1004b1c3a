import { Skeleton, Stack, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import type { Appointment, RecordedCall } from "../backend";
import type { Told } from "../live/live";
import { Problem } from "../page";
import { useCalls, useUnheard } from "../queries";
import { useLive, useServices } from "../services";
import { CallEntry } from "./CallEntry";
import styles from "./history.module.css";
import { entriesOf } from "./words";

const NONE: readonly Told[] = [];

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
  const told = useLive(({ calls }) => calls.get(appointment.id) ?? NONE);
  const query = useCalls(appointment.id, told);
  useRecordForStream(query.data);
  const entries = query.data || told.length > 0 ? entriesOf(query.data ?? [], told) : undefined;
  return (
    <section aria-labelledby="history" className={styles.history}>
      <Title order={2} id="history">
        Call history
      </Title>
      {query.error != null && (
        <Problem
          title={query.data ? "The history could not be renewed" : "The history could not be loaded"}
          error={query.error}
          onRetry={query.refetch}
        />
      )}
      {!entries && query.waiting && (
        <Stack gap="sm" className="cl-late" aria-busy="true">
          <Skeleton height={88} radius="md" />
          <Skeleton height={44} radius="md" />
        </Stack>
      )}
      {entries?.length === 0 && <Text c="dimmed">No calls yet. Calls appear here as they happen.</Text>}
      {entries && entries.length > 0 && (
        <ol className={styles.calls}>
          {entries.map((entry, at) => (
            <CallEntry key={entry.id} entry={entry} open={at === 0} appointment={appointment} />
          ))}
        </ol>
      )}
    </section>
  );
}
