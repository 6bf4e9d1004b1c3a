import { Paper, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Looking } from "../Looking";
import { PageHeading, Problem } from "../page";
import type { LiveCall } from "../roomRoutes";
import { useServices } from "../services";
import { useTitle } from "../title";
import { OneCall } from "./OneCall";
import { useLiveCalls } from "./queries";
import styles from "./supervisor.module.css";
import { newsOfCalls } from "./told";
import { say } from "./words";

/** /live, for supervisors: who is in every call that goes on. Nothing here leads to a call or changes one. */
export default function LivePage() {
  const { time } = useServices();
  useTitle(say("supervisor:title"));
  const { data, error, waiting, refetch, at, unheard } = useLiveCalls();
  const calls = data?.calls;
  const old = unheard || error != null;
  return (
    <Stack gap="lg" className={styles.page}>
      <div>
        <PageHeading>{say("supervisor:title")}</PageHeading>
        <Text className={styles.lead}>{say("supervisor:lead")}</Text>
      </div>
      {error != null && <Problem title={say("supervisor:failed")} error={error} onRetry={refetch} />}
      {waiting && <Looking words={say("supervisor:looking")} rows={3} height={112} />}
      {calls && old && <p className={styles.paused}>{say("supervisor:paused", { at: time.exact(at) })}</p>}
      {calls?.length === 0 && (
        <Paper withBorder p="xl">
          <Text fw={600}>{say("supervisor:none")}</Text>
          <Text c="dimmed">{say("supervisor:noneHint")}</Text>
        </Paper>
      )}
      {calls && calls.length > 0 && (
        <>
          {!old && (
            <Text c="dimmed" className={styles.count}>
              {say("supervisor:going", { count: calls.length })}
            </Text>
          )}
          <ol className={styles.calls} aria-label={say("supervisor:list")}>
            {calls.map((one) => (
              <OneCall key={one.call} call={one} />
            ))}
          </ol>
        </>
      )}
      <News calls={calls} />
    </Stack>
  );
}

/** What happened last, for a screen reader; nothing of how it was when the page came. */
function News({ calls }: { calls: readonly LiveCall[] | undefined }) {
  const before = useRef(calls);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const news = before.current && calls ? newsOfCalls(before.current, calls) : "";
    before.current = calls ?? before.current;
    if (news) setSaid(news);
  }, [calls]);
  return (
    <div role="status" className="cl-spoken" data-testid="live-news">
      {said}
    </div>
  );
}
