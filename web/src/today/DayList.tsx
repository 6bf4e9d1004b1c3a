import type { KeyboardEvent } from "react";
import type { Appointment } from "../backend";
import { shortcutsOn } from "../calling/useShortcuts";
import { usePhone } from "../services";
import { say } from "../words";
import { DayRow } from "./DayRow";
import styles from "./list.module.css";
import { useNext } from "./useNext";

export interface DayListProps {
  /** Those that are shown. */
  appointments: readonly Appointment[];
  /** All of the day's: which one is next does not depend on a search. */
  all: readonly Appointment[];
  now: number;
  /** Whether the day is today: only then is one the next. */
  current: boolean;
  open: string | undefined;
  addressOf(id: string): string;
  /** One was called for from its row. */
  onCalled(id: string): void;
}

/** The day, from top to bottom. Arrow keys, or j and k, go from row to row. */
export function DayList({ appointments, all, now, current, open, addressOf, onCalled }: DayListProps) {
  const called = usePhone(({ call }) => call?.target.appointment);
  const next = useNext(current ? all : undefined, called)?.id;
  return (
    <ul className={styles.list} aria-label={say("today:list")} onKeyDown={step}>
      {appointments.map((one) => (
        <DayRow
          key={one.id}
          appointment={one}
          now={now}
          next={one.id === next}
          open={one.id === open}
          href={addressOf(one.id)}
          onCalled={() => onCalled(one.id)}
        />
      ))}
    </ul>
  );
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
/** Letters may be meant for something else, and can be turned off. */
const LETTERS: Record<string, number> = { j: 1, k: -1 };

function step(event: KeyboardEvent<HTMLUListElement>) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-row]")];
  const at = rows.findIndex((row) => row.closest("li")?.contains(document.activeElement));
  const by = STEPS[event.key] ?? (shortcutsOn() ? LETTERS[event.key] : undefined);
  const to =
    by !== undefined ? rows[at + by] : event.key === "Home" ? rows[0] : event.key === "End" ? rows.at(-1) : undefined;
  if (!to) return;
  event.preventDefault();
  to.focus();
}
