import { Group, Paper, Skeleton, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { BackendError, type Day } from "../backend";
import { isDay } from "../clinictime";
import { PageHeading, Problem } from "../page";
import { useDay } from "../queries";
import { useServices } from "../services";
import { useTitle } from "../title";
import { useNow } from "../useNow";
import { DayList } from "./DayList";
import { DayPicker } from "./DayPicker";
import { unreadWords } from "./day";
import styles from "./today.module.css";

export function TodayPage() {
  const { time } = useServices();
  useTitle("Today");
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch()).get("date");
  const now = useNow(0, 30_000);
  const today = time.dayOf(now);
  const day = isDay(asked) ? asked : today;
  const query = useDay(day);
  const unread = query.data && unreadWords(query.data);
  // Days are steps within one page: going back leads out of it, not through them.
  const pick = (next: string) => navigate(next === today ? "/" : `/?date=${next}`, { replace: true });

  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-end" gap="md">
        <div>
          <PageHeading>{day === today ? "Today" : "Appointments"}</PageHeading>
          <Text c="dimmed">{time.longDay(day)}</Text>
        </div>
        <DayPicker day={day} today={today} onPick={pick} />
      </Group>
      <Summary day={query.data} shown={time.longDay(day)} />
      {query.error != null && (
        <Problem
          title={query.data ? "The list could not be renewed" : "Your appointments could not be loaded"}
          error={query.error}
          onRetry={query.refetch}
        >
          {query.error instanceof BackendError && query.error.code === "forbidden" && <SignOutHint />}
        </Problem>
      )}
      {query.waiting && <Waiting />}
      {unread && (
        <Paper withBorder p="md" className={styles.unread}>
          <Text fw={600}>{unread}</Text>
          <Text>Look in the health record for what is missing here.</Text>
        </Paper>
      )}
      {query.data && query.data.appointments.length === 0 && !unread && (
        <Paper withBorder p="xl">
          <Text fw={600}>No appointments {day === today ? "today" : "on this day"}.</Text>
          <Text c="dimmed">Choose another day above. New bookings appear here by themselves.</Text>
        </Paper>
      )}
      {query.data && query.data.appointments.length > 0 && (
        <DayList appointments={query.data.appointments} now={now} current={day === today} />
      )}
    </Stack>
  );
}

function SignOutHint() {
  return <Text size="sm">If you have another account, sign out and sign in with that one.</Text>;
}

/** Tells a screen reader that another day has come, not each renewal of the same. */
function Summary({ day, shown }: { day: Day | undefined; shown: string }) {
  // The day that the page came with is read as a part of the page.
  const [first] = useState(shown);
  const [moved, setMoved] = useState(false);
  if (!moved && shown !== first) setMoved(true);
  const count = day?.appointments.length;
  const words = count === undefined ? "" : `${shown}: ${count === 1 ? "1 appointment" : `${count} appointments`}`;
  return (
    <div role="status" className={styles.hidden}>
      {moved ? words : ""}
    </div>
  );
}

function Waiting() {
  return (
    <div className="cl-late" aria-busy="true">
      <span className={styles.hidden}>Loading the appointments…</span>
      <Stack gap="sm" aria-hidden>
        {["a", "b", "c", "d", "e"].map((row) => (
          <Skeleton key={row} height={64} radius="md" />
        ))}
      </Stack>
    </div>
  );
}
