import { Group, Paper, Stack, Text } from "@mantine/core";
import { useEffect } from "react";
import { useLocation, useSearch } from "wouter";
import { Looking } from "../Looking";
import { PageHeading, Problem } from "../page";
import { useServices } from "../services";
import { useTitle } from "../title";
import styles from "./audit.module.css";
import { CallsTable } from "./CallsTable";
import { Download } from "./Download";
import { Filters } from "./Filters";
import { type Asked, readFilters, writeFilters } from "./filters";
import { again, More } from "./More";
import { callsOf, useAuditedCalls } from "./queries";
import { say } from "./words";

export function AllCalls() {
  const { time } = useServices();
  useTitle(say("audit:title"));
  const [, navigate] = useLocation();
  const today = time.dayOf(Date.now());
  const asked = readFilters(useSearch(), today);
  const query = useAuditedCalls(asked);
  const calls = callsOf(query.data?.pages);
  useLookingFurther(query, calls.length);
  const ask = (next: Asked) => navigate(`/calls${writeFilters(next, today)}`, { replace: true });
  const looking = query.isPending || (query.isFetchingNextPage && calls.length === 0);
  const { error, hasNextPage } = query;

  return (
    <Stack gap="lg" className={styles.page}>
      <Group justify="space-between" align="flex-end" gap="md">
        <div>
          <PageHeading>{say("audit:title")}</PageHeading>
          <Text c="dimmed">{rangeWords(time.longDay, asked)}</Text>
        </div>
        <Download asked={asked} />
      </Group>
      <Text className={styles.lead}>{say("audit:lead")}</Text>
      <Filters asked={asked} today={today} onAsk={ask} />
      {error != null && <Problem title={say("audit:failed")} error={error} onRetry={() => again(query)} />}
      {looking && error == null && <Looking words={say("audit:looking")} rows={4} height={48} />}
      {!looking && error == null && calls.length === 0 && !hasNextPage && (
        <Paper withBorder p="xl">
          <Text fw={600}>{say("audit:none")}</Text>
          <Text c="dimmed">{say("audit:noneHint")}</Text>
        </Paper>
      )}
      {calls.length > 0 && <CallsTable calls={calls} from={writeFilters(asked, today)} />}
      <More query={query} found={calls.length} />
    </Stack>
  );
}

type Query = ReturnType<typeof useAuditedCalls>;

/** Where few calls match a page may have none of them, though there are some further back. */
function useLookingFurther(query: Query, found: number) {
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const onward = found === 0 && hasNextPage && !isFetching && !isError;
  const looked = query.data?.pages.length ?? 0; // an answer may come before its question was seen to be under way
  useEffect(() => {
    if (onward && looked > 0) void fetchNextPage();
  }, [onward, looked, fetchNextPage]);
}

function rangeWords(day: (day: string) => string, { from, to }: Asked): string {
  return say("audit:range", { count: from === to ? 1 : 2, from: day(from), to: day(to) });
}
