import { Skeleton, Stack, Text, Title } from "@mantine/core";
import type { Appointment } from "../backend";
import type { Told } from "../live/live";
import { Problem } from "../page";
import { useCalls } from "../queries";
import { useLive } from "../services";
import { CallEntry } from "./CallEntry";
import styles from "./history.module.css";
import { entriesOf } from "./words";

const NONE: readonly Told[] = [];

/** Every call of the appointment, as the health record has it, and what it does not have yet. */
export function History({ appointment }: { appointment: Appointment }) {
  const told = useLive(({ calls }) => calls.get(appointment.id) ?? NONE);
  const query = useCalls(appointment.id, told);
  const entries = query.data || told.length > 0 ? entriesOf(query.data ?? [], told) : undefined;
  return (
    <section aria-labelledby="history" className={styles.history}>
      <Title order={2} id="history">
        Call history
      </Title>
      {query.isError && (
        <Problem
          title={query.data ? "The history could not be renewed" : "The history could not be loaded"}
          error={query.error}
          retrying={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {!entries && query.isPending && (
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
