// Which days are asked for: the usual ones with one click, any with two.
import day from "../today/today.module.css";
import styles from "./audit.module.css";
import { DayField } from "./DayField";
import { type Asked, QUICK, quickDays, withDay } from "./filters";
import { say } from "./words";

interface DaysProps {
  asked: Asked;
  today: string;
  onAsk(next: Asked): void;
}

export function QuickDays({ asked, today, onAsk }: DaysProps) {
  return (
    <fieldset className={styles.quick}>
      <legend className="cl-spoken">{say("audit:filters.quick")}</legend>
      {QUICK.map((choice) => {
        const days = quickDays(choice, today);
        const chosen = days.from === asked.from && days.to === asked.to;
        return (
          <button
            key={choice}
            type="button"
            className={day.filter}
            aria-pressed={chosen}
            onClick={() => onAsk({ ...asked, ...days })}
          >
            {say(`audit:filters.${choice}`)}
          </button>
        );
      })}
    </fieldset>
  );
}

export function Days({ asked, today, onAsk }: DaysProps) {
  return (
    <>
      <DayField
        label={say("audit:filters.from")}
        day={asked.from}
        today={today}
        onPick={(from) => onAsk(withDay(asked, "from", from))}
      />
      <DayField
        label={say("audit:filters.to")}
        day={asked.to}
        today={today}
        onPick={(to) => onAsk(withDay(asked, "to", to))}
      />
    </>
  );
}
