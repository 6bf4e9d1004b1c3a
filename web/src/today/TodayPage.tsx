import type { ReactNode } from "react";
import { useLocation } from "wouter";
import { useDay } from "../queries";
import { DayPane } from "./DayPane";
import { NextPatient } from "./NextPatient";
import { addressOf } from "./place";
import styles from "./today.module.css";
import { useShownDay } from "./useShownDay";

export interface TodayPageProps {
  /** The appointment that is open. */
  open?: string | undefined;
  /** Its page. */
  children?: ReactNode;
}

/** The day, and beside it the open appointment, or the next one. Where there is no room for both, one of them. */
export function TodayPage({ open, children }: TodayPageProps) {
  const shown = useShownDay(open);
  const { day, today } = shown;
  const query = useDay(day);
  const [, navigate] = useLocation();
  // Days are steps within one page: going back leads out of it, not through them.
  const pick = (next: string) => navigate(addressOf(next, today), { replace: open === undefined });
  return (
    <div className={styles.split} data-open={open !== undefined || undefined}>
      <DayPane shown={shown} query={query} open={open} onPick={pick} />
      <div className={styles.side}>{children ?? <NextPatient list={query.data} shown={shown} />}</div>
    </div>
  );
}
