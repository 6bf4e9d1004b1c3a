import { Button, Input } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { isDay, shiftDay } from "../clinictime";
import styles from "./today.module.css";

export interface DayPickerProps {
  /** YYYY-MM-DD, shown now. */
  day: string;
  today: string;
  onPick(day: string): void;
}

export function DayPicker({ day, today, onPick }: DayPickerProps) {
  // While a year is being typed the field holds 0002-05-03, then 0020-…; such a day is not asked for.
  const [typed, setTyped] = useState<string>();
  const type = (text: string) => {
    setTyped(text);
    if (isDay(text) && text > "1900") {
      setTyped(undefined);
      onPick(text);
    }
  };
  return (
    <fieldset className={styles.picker}>
      <legend className={styles.legend}>Day shown</legend>
      <Button variant="default" onClick={() => onPick(shiftDay(day, -1))} aria-label="Day before" px="xs">
        <IconChevronLeft aria-hidden size={20} />
      </Button>
      <Button variant="default" onClick={() => onPick(today)} aria-pressed={day === today}>
        Today
      </Button>
      <Button variant="default" onClick={() => onPick(shiftDay(day, 1))} aria-label="Day after" px="xs">
        <IconChevronRight aria-hidden size={20} />
      </Button>
      <Input
        type="date"
        aria-label="Choose a day"
        value={typed ?? day}
        onChange={(event) => type(event.currentTarget.value)}
        onBlur={() => setTyped(undefined)}
        className={styles.date}
      />
    </fieldset>
  );
}
