import { Button } from "@mantine/core";
import { IconCalendar, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useEffect, useId } from "react";
import { shiftDay } from "../clinictime";
import { later } from "../later";
import { useServices } from "../services";
import { useDisclosure } from "../useDisclosure";
import { say } from "../words";
import styles from "./today.module.css";

const Calendar = later(() => import("./Calendar").then((part) => part.Calendar));

export interface DayPickerProps {
  /** YYYY-MM-DD, shown now. */
  day: string;
  today: string;
  onPick(day: string): void;
}

export function DayPicker({ day, today, onPick }: DayPickerProps) {
  const { time } = useServices();
  const { open, setOpen, part, button } = useDisclosure();
  const calendar = useId();
  useEffect(() => void Calendar.prepare(), []); // opened, it takes the focus
  const pick = (picked: string) => {
    setOpen(false);
    button.current?.focus();
    onPick(picked);
  };
  return (
    <fieldset className={styles.picker}>
      <legend className={styles.legend}>{say("today:dayShown")}</legend>
      <Button variant="default" onClick={() => onPick(shiftDay(day, -1))} aria-label={say("today:dayBefore")} px="xs">
        <IconChevronLeft aria-hidden size={20} />
      </Button>
      <Button variant="default" onClick={() => onPick(shiftDay(day, 1))} aria-label={say("today:dayAfter")} px="xs">
        <IconChevronRight aria-hidden size={20} />
      </Button>
      {day !== today && (
        <Button variant="default" onClick={() => pick(today)} px="sm">
          {say("today:goToToday")}
        </Button>
      )}
      <div ref={part} className={styles.choose}>
        <Button
          ref={button}
          variant="default"
          px="xs"
          aria-label={say("today:chooseDay", { day: time.longDay(day) })}
          aria-expanded={open}
          aria-controls={calendar}
          onClick={() => setOpen(!open)}
        >
          <IconCalendar aria-hidden size={20} />
        </Button>
        <div id={calendar} className={styles.calendar} hidden={!open}>
          {open && <Calendar day={day} today={today} onPick={pick} />}
        </div>
      </div>
    </fieldset>
  );
}
