import { Paper, Text } from "@mantine/core";
import type { Appointment } from "../backend";
import { withRelation } from "../people";
import { say } from "../words";
import styles from "./appointment.module.css";

/** The entries that are no whole number, as they stand: nothing of them is dialled. */
export function UnreadableNumbers({ entries }: { entries: NonNullable<Appointment["unreadable"]> }) {
  if (entries.length === 0) return null;
  return (
    <Paper withBorder p="md" className={styles.missing}>
      <Text fw={600}>{say("appointment:unreadable", { count: entries.length })}</Text>
      <ul className={styles.entries}>
        {entries.map(({ of, name, relation, text }) => (
          <li key={`${of} ${text}`}>
            {name
              ? say("appointment:entryOf", { text, name: withRelation(name, relation) })
              : say("appointment:entry", { text })}
          </li>
        ))}
      </ul>
      <Text>{say("appointment:correct")}</Text>
    </Paper>
  );
}
