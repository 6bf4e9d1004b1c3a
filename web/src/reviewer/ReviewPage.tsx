import { Paper, Stack, Text } from "@mantine/core";
import { useLocation, useSearch } from "wouter";
import styles from "../audit/audit.module.css";
import { Days, QuickDays } from "../audit/Days";
import { type Asked, readFilters, writeFilters } from "../audit/filters";
import { again, More } from "../audit/More";
import { once } from "../audit/queries";
import { Looking } from "../Looking";
import { PageHeading, Problem } from "../page";
import { useServices } from "../services";
import { useTitle } from "../title";
import { ByDay } from "./ByDay";
import { useReviewedCalls } from "./queries";
import { say } from "./words";

/** /recordings, for reviewers: what was recorded, day by day, to be heard and deleted. Nothing here leads to a call. */
export default function ReviewPage() {
  const { time } = useServices();
  useTitle(say("reviewer:title"));
  const [, navigate] = useLocation();
  const today = time.dayOf(Date.now());
  const { from, to } = readFilters(useSearch(), today);
  const days = { from, to };
  const query = useReviewedCalls(days);
  const calls = once(query.data?.pages ?? [], ({ call }) => call);
  const ask = (next: Asked) =>
    navigate(`/recordings${writeFilters({ from: next.from, to: next.to }, today)}`, { replace: true });
  const { error } = query;

  return (
    <Stack gap="lg" className={styles.page}>
      <div>
        <PageHeading>{say("reviewer:title")}</PageHeading>
        <Text className={styles.lead}>{say("reviewer:lead")}</Text>
      </div>
      <fieldset className={styles.filters}>
        <legend className="cl-spoken">{say("reviewer:days")}</legend>
        <QuickDays asked={days} today={today} onAsk={ask} />
        <div className={styles.fields}>
          <Days asked={days} today={today} onAsk={ask} />
        </div>
      </fieldset>
      {error != null && <Problem title={say("reviewer:failed")} error={error} onRetry={() => again(query)} />}
      {query.isPending && error == null && <Looking words={say("reviewer:looking")} rows={3} height={112} />}
      {query.isSuccess && calls.length === 0 && (
        <Paper withBorder p="xl" role="status">
          <Text fw={600}>{say("reviewer:none")}</Text>
          <Text c="dimmed">{say("reviewer:noneHint")}</Text>
        </Paper>
      )}
      {calls.length > 0 && <ByDay calls={calls} />}
      <More query={query} found={calls.length} />
    </Stack>
  );
}
