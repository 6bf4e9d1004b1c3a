import { Button, Input } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useId } from "react";
import { birthDay } from "../clinictime";
import { useServices } from "../services";
import { Calendar } from "../today/Calendar";
import type { DayPickerProps } from "../today/DayPicker";
import { useDisclosure } from "../useDisclosure";
import styles from "./audit.module.css";
import { say } from "./words";

/** A day, chosen in the clinic's own language. */
export function DayField({ label, day, today, onPick }: DayPickerProps & { label: string }) {
  const { time } = useServices();
  const { open, setOpen, part, button } = useDisclosure();
  const [id, calendar] = [useId(), useId()];
  const pick = (picked: string) => {
    setOpen(false);
    button.current?.focus();
    onPick(picked);
  };
  return (
    <div ref={part} className={styles.day}>
      <Input.Label htmlFor={id} size="md">
        {label}
      </Input.Label>
      <Button
        ref={button}
        id={id}
        variant="default"
        className={styles.dayButton}
        justify="space-between"
        fullWidth
        rightSection={<IconCalendar aria-hidden size={18} />}
        aria-label={say("audit:filters.day", { label, day: time.longDay(day) })}
        aria-expanded={open}
        aria-controls={calendar}
        onClick={() => setOpen(!open)}
      >
        {birthDay(day)}
      </Button>
      <div id={calendar} className={styles.calendar} hidden={!open}>
        {open && <Calendar day={day} today={today} onPick={pick} />}
      </div>
    </div>
  );
}
