import { Button, Paper, Text } from "@mantine/core";
import { type RefObject, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import type { Appointment, Day } from "../backend";
import type { Answer } from "../outage";
import { useLive, useServices } from "../services";
import { say } from "../words";
import { DayHeading, DayTrouble, DayWaiting, Summary } from "./DayAround";
import { DayList } from "./DayList";
import { DayPicker } from "./DayPicker";
import { DayTools } from "./DayTools";
import { unreadWords } from "./day";
import { calledBackSince, FILTERS, type Filter, isIn, matches } from "./filters";
import { addressOf, usePlace } from "./place";
import styles from "./today.module.css";
import { useKeptPlace } from "./useKeptPlace";
import type { ShownDay } from "./useShownDay";

export interface DayPaneProps {
  shown: ShownDay;
  query: Answer<Day>;
  open: string | undefined;
  onPick(day: string): void;
}

/** The list of a day with what it is chosen and searched by. */
export function DayPane({ shown, query, open, onPick }: DayPaneProps) {
  const { now, today, day } = shown;
  const { time } = useServices();
  const pane = useRef<HTMLElement>(null);
  const looked = useLookedFor(query.data?.appointments ?? []);
  useKeptPlace(pane, day, open, looked.found.length > 0);
  const [, navigate] = useLocation();
  // Whom one speaks with is to be seen, if the list can stay beside it.
  const onCalled = (id: string) => {
    if (pane.current?.nextElementSibling?.checkVisibility()) navigate(addressOf(day, today, id));
  };
  const unread = query.data && unreadWords(query.data);
  const count = query.data?.appointments.length ?? 0;
  return (
    <section ref={pane} className={styles.day} aria-label={time.longDay(day)}>
      <div className={styles.head}>
        <div className={styles.title}>
          <div>
            <DayHeading main={open === undefined}>{say(day === today ? "today:today" : "today:otherDay")}</DayHeading>
            <Text c="dimmed" size="sm">
              {time.longDay(day)}
            </Text>
          </div>
          <DayPicker day={day} today={today} onPick={onPick} />
        </div>
        {count > 0 && <DayTools {...looked.tools} onDown={() => firstRow(pane)?.focus()} />}
      </div>
      <Summary day={query.data} shown={time.longDay(day)} found={looked.narrowed ? looked.found.length : undefined} />
      <DayTrouble query={query} />
      {query.waiting && <DayWaiting />}
      {unread && (
        <Paper withBorder p="md" className={styles.unread}>
          <Text fw={600}>{unread}</Text>
          <Text>{say("today:lookInRecord")}</Text>
        </Paper>
      )}
      {query.data && count === 0 && !unread && (
        <Paper withBorder p="xl">
          <Text fw={600}>{say(day === today ? "today:none.today" : "today:none.other")}</Text>
          <Text c="dimmed">{say("today:chooseAnother")}</Text>
        </Paper>
      )}
      {query.data && looked.found.length > 0 && (
        <DayList
          appointments={looked.found}
          all={query.data.appointments}
          now={now}
          current={day === today}
          open={open}
          addressOf={(id) => addressOf(day, today, id)}
          onCalled={onCalled}
        />
      )}
      {count > 0 && looked.found.length === 0 && (
        <Paper withBorder p="xl">
          <Text fw={600}>{say("today:noMatch")}</Text>
          <Button variant="default" mt="sm" onClick={looked.showAll}>
            {say("today:showAll")}
          </Button>
        </Paper>
      )}
    </section>
  );
}

function firstRow(pane: RefObject<HTMLElement | null>): HTMLElement | null | undefined {
  return pane.current?.querySelector<HTMLElement>("[data-row]");
}

/** What is searched for, and what of the day is left by it. */
function useLookedFor(all: readonly Appointment[]) {
  const place = usePlace();
  const [search, setSearch] = useState(place.search);
  const [filter, setFilter] = useState<Filter>(place.filter);
  place.search = search;
  place.filter = filter;
  const told = useLive(({ calledBack }) => calledBack);
  const within = useMemo(() => {
    const chosen = (one: Filter) => all.filter((a) => isIn(one, a, calledBackSince(a, told.get(a.id))));
    return Object.fromEntries(FILTERS.map((one) => [one, chosen(one)])) as Record<Filter, Appointment[]>;
  }, [all, told]);
  const found = within[filter].filter((one) => matches(one, search));
  const counts: Record<Filter, number> = {
    all: within.all.length,
    uncalled: within.uncalled.length,
    callBack: within.callBack.length,
  };
  return {
    found,
    narrowed: search.trim() !== "" || filter !== "all",
    tools: { search, onSearch: setSearch, filter, onFilter: setFilter, counts },
    showAll() {
      setSearch("");
      setFilter("all");
    },
  };
}
