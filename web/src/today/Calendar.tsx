import { ActionIcon } from "@mantine/core";
import "@mantine/core/styles/ActionIcon.css";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { shiftDay, shiftMonth } from "../clinictime";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./calendar.module.css";
import type { DayPickerProps } from "./DayPicker";

/** One month, in the clinic's language: a browser's own field for dates speaks the browser's. */
export function Calendar({ day, today, onPick }: DayPickerProps) {
  const { time } = useServices();
  // The one day that Tab leads to; arrows go on from it (ARIA Authoring Practices, date picker).
  const [at, setAt] = useState(day);
  const grid = useRef<HTMLTableElement>(null);
  // The buttons for the months keep the focus that they have.
  const follow = useRef(true);
  useEffect(() => {
    if (follow.current) grid.current?.querySelector<HTMLElement>(`[data-day="${at}"]`)?.focus();
    follow.current = false;
  }, [at]);
  const key = (event: KeyboardEvent) => {
    const to = next(event.key, at, time.intoWeek(at));
    if (to === undefined) return;
    event.preventDefault();
    follow.current = true;
    setAt(to);
  };
  const month = at.slice(0, 7);
  return (
    <div className={styles.calendar}>
      <div className={styles.head}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={say("today:calendar.before")}
          onClick={() => setAt(shiftMonth(at, -1))}
        >
          <IconChevronLeft aria-hidden size={20} />
        </ActionIcon>
        <span aria-live="polite" className={styles.month}>
          {time.month(at)}
        </span>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={say("today:calendar.after")}
          onClick={() => setAt(shiftMonth(at, 1))}
        >
          <IconChevronRight aria-hidden size={20} />
        </ActionIcon>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: the pattern's own role for a table of days */}
      <table ref={grid} role="grid" aria-label={time.month(at)} onKeyDown={key}>
        <thead>
          <tr>
            {time.weekdays().map(({ short, long }) => (
              <th key={long} scope="col" abbr={long}>
                {short}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month, (one) => time.intoWeek(one)).map((week) => (
            <tr key={week[0]}>
              {week.map((one) => (
                <td key={one}>
                  {one.startsWith(month) && (
                    <button
                      type="button"
                      className={styles.day}
                      data-day={one}
                      data-today={one === today || undefined}
                      tabIndex={one === at ? 0 : -1}
                      aria-pressed={one === day}
                      aria-current={one === today ? "date" : undefined}
                      aria-label={time.longDay(one)}
                      onClick={() => onPick(one)}
                    >
                      {Number(one.slice(8))}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function next(key: string, at: string, intoWeek: number): string | undefined {
  switch (key) {
    case "ArrowLeft":
      return shiftDay(at, -1);
    case "ArrowRight":
      return shiftDay(at, 1);
    case "ArrowUp":
      return shiftDay(at, -7);
    case "ArrowDown":
      return shiftDay(at, 7);
    case "Home":
      return shiftDay(at, -intoWeek);
    case "End":
      return shiftDay(at, 6 - intoWeek);
    case "PageUp":
      return shiftMonth(at, -1);
    case "PageDown":
      return shiftMonth(at, 1);
    default:
      return undefined;
  }
}

/** The weeks that a month (YYYY-MM) is in, each with its seven days. */
function weeksOf(month: string, intoWeek: (day: string) => number): string[][] {
  const first = `${month}-01`;
  const weeks: string[][] = [];
  let day = shiftDay(first, -intoWeek(first));
  const after = shiftMonth(first, 1);
  while (day < after) {
    weeks.push([0, 1, 2, 3, 4, 5, 6].map((n) => shiftDay(day, n)));
    day = shiftDay(day, 7);
  }
  return weeks;
}
