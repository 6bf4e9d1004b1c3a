// What stands around a day's list: its heading, what is said of it to a screen
// reader, and what is shown in its place.
import { Skeleton, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { BackendError, type Day } from "../backend";
import type { Answer } from "../outage";
import { PageHeading, Problem } from "../page";
import { useTitle } from "../title";
import { say } from "../words";

/** Beside an open appointment the page's heading is that one's. */
export function DayHeading({ main, children }: { main: boolean; children: ReactNode }) {
  return main ? <MainHeading>{children}</MainHeading> : <Title order={2}>{children}</Title>;
}

function MainHeading({ children }: { children: ReactNode }) {
  useTitle(say("today:today"));
  return <PageHeading keepsPlace>{children}</PageHeading>;
}

export function DayTrouble({ query }: { query: Answer<Day> }) {
  if (query.error == null) return null;
  return (
    <Problem
      title={say(query.data ? "today:notRefreshed" : "today:notLoaded")}
      error={query.error}
      onRetry={query.refetch}
    >
      {query.error instanceof BackendError && query.error.code === "forbidden" && (
        <Text size="sm">{say("today:otherAccount")}</Text>
      )}
    </Problem>
  );
}

interface SummaryProps {
  day: Day | undefined;
  shown: string;
  /** How many are left by a search or filter. */
  found: number | undefined;
}

/** Tells a screen reader that another day has come, or what a search has left, not each renewal of the same. */
export function Summary({ day, shown, found }: SummaryProps) {
  // The day that the page came with is read as a part of the page.
  const [first] = useState(shown);
  const [moved, setMoved] = useState(false);
  if (!moved && shown !== first) setMoved(true);
  const count = day?.appointments.length;
  const words = count === undefined ? "" : say("today:count", { count, day: shown });
  return (
    <div role="status" className="cl-spoken">
      {found !== undefined ? say("today:found", { count: found }) : moved ? words : ""}
    </div>
  );
}

export function DayWaiting() {
  return (
    <div className="cl-late" aria-busy="true">
      <span className="cl-spoken">{say("today:loading")}</span>
      <Stack gap="sm" aria-hidden>
        {["a", "b", "c", "d", "e"].map((row) => (
          <Skeleton key={row} height={64} radius="md" />
        ))}
      </Stack>
    </div>
  );
}
