import { Button, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArrowLeft } from "@tabler/icons-react";
import { Link, useSearch } from "wouter";
import type { AuditedCall, AuditedEvent, AuditedHistory } from "../backend";
import { shiftDay } from "../clinictime";
import { PageHeading, Problem } from "../page";
import { useMe } from "../queries";
import { Recordings } from "../recording/parts";
import { useServices } from "../services";
import { useTitle } from "../title";
import styles from "./audit.module.css";
import { Facts, References } from "./Facts";
import { MOST_DAYS, writeFilters } from "./filters";
import { useAuditedCall } from "./queries";
import { TwoTimes } from "./TwoTimes";
import { kindWords, say, stamp, summaryWords } from "./words";

export function OneCall({ callKey }: { callKey: string }) {
  const { time } = useServices();
  useTitle(say("audit:one.title"));
  const query = useAuditedCall(callKey);
  const search = useSearch();
  const { data } = query;
  const { reviewer } = useMe();
  return (
    <Stack gap="lg" className={styles.page}>
      <Link href={`/calls${search && `?${search}`}`} className={styles.back}>
        <IconArrowLeft aria-hidden size={18} />
        {say("audit:one.back")}
      </Link>
      <div>
        <PageHeading>{data ? stamp(time, data.call.asked) : say("audit:one.title")}</PageHeading>
        {data && <Text size="lg">{summaryWords(data.call)}</Text>}
      </div>
      {query.error != null && (
        <Problem title={say("audit:one.failed")} error={query.error} onRetry={() => query.refetch()} />
      )}
      {query.isPending && query.error == null && <Skeleton height={320} radius="md" className="cl-late" />}
      {data && (
        <>
          <Facts call={data.call} />
          <OfPatient call={data.call} />
          {reviewer && <Recordings call={callKey} />}
          <Events history={data} />
          <Versions history={data} onRetry={() => void query.refetch()} />
          <References call={data.call} />
        </>
      )}
    </Stack>
  );
}

/** To all calls that are kept of the same patient, as far back as one question reaches. */
function OfPatient({ call: { subject } }: { call: AuditedCall }) {
  const { time } = useServices();
  const today = time.dayOf(Date.now());
  if (!subject) return null;
  const asked = { from: shiftDay(today, -MOST_DAYS), to: today, patient: subject.ref };
  return (
    <Link href={`/calls${writeFilters(asked, today)}`} className={styles.back}>
      {say("audit:one.ofPatient")}
    </Link>
  );
}

function Events({ history }: { history: AuditedHistory }) {
  return (
    <section aria-labelledby="audit-events" className={styles.section}>
      <Title order={2} id="audit-events">
        {say("audit:one.events")}
      </Title>
      <Text c="dimmed">{say("audit:one.eventsHint")}</Text>
      <TwoTimes
        caption={say("audit:one.events")}
        day={history.call.asked}
        rows={history.events.map((event, i) => ({
          id: `${i}`,
          what: event.summary,
          about: event.lookedUp ? [kindWords(event.kind), say("audit:one.lookedUp")] : [kindWords(event.kind)],
          happened: event.at ?? decidedHere(event),
          recorded: event.kept,
        }))}
      />
    </section>
  );
}

/** What the service decided happened when it was kept: nobody else's clock tells of it. */
function decidedHere({ kind, kept }: AuditedEvent): string | undefined {
  return kind === "requested" || kind === "refused" ? kept : undefined;
}

function Versions({ history, onRetry }: { history: AuditedHistory; onRetry(): void }) {
  const { call, versions, recordUnread } = history;
  return (
    <section aria-labelledby="audit-versions" className={styles.section}>
      <Title order={2} id="audit-versions">
        {say("audit:one.versions")}
      </Title>
      {recordUnread && (
        <Paper withBorder p="md" role="status" className={styles.unread}>
          <Text>{say("audit:one.recordUnread")}</Text>
          <Button variant="default" onClick={onRetry}>
            {say("audit:one.tryAgain")}
          </Button>
        </Paper>
      )}
      {!call.record && <Text>{say("audit:one.notRecorded")}</Text>}
      {versions.length > 0 && (
        <>
          <Text c="dimmed">{say("audit:one.versionsHint")}</Text>
          <TwoTimes
            caption={say("audit:one.versions")}
            day={call.asked}
            rows={versions.map((version, i) => ({
              id: version.version,
              what: version.summary,
              about: [say("audit:one.version", { count: i + 1 })],
              happened: version.at,
              recorded: version.recordedAt,
            }))}
          />
        </>
      )}
    </section>
  );
}
