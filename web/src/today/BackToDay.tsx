import { IconArrowLeft } from "@tabler/icons-react";
import { Link } from "wouter";
import { say } from "../words";
import { addressOf } from "./place";
import styles from "./today.module.css";
import { useShownDay } from "./useShownDay";

/** From an appointment to its day's list, where that does not stand beside it. */
export function BackToDay({ appointment }: { appointment: string }) {
  const { day, today } = useShownDay(appointment);
  return (
    <Link href={addressOf(day, today)} className={styles.back}>
      <IconArrowLeft aria-hidden size={20} />
      {say("today:back")}
    </Link>
  );
}
