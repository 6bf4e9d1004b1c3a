import { Paper, Text } from "@mantine/core";
import type { Appointment } from "../backend";
import { withRelation } from "../people";
import styles from "./appointment.module.css";

/** The entries that are no whole number, as they stand: nothing of them is dialled. */
export function UnreadableNumbers({ entries }: { entries: NonNullable<Appointment["unreadable"]> }) {
  if (entries.length === 0) return null;
  return (
    <Paper withBorder p="md" className={styles.missing}>
      <Text fw={600}>
        {entries.length === 1
          ? "A telephone entry cannot be read."
          : `${entries.length} telephone entries cannot be read.`}
      </Text>
      <ul className={styles.entries}>
        {entries.map(({ of, name, relation, text }) => (
          <li key={`${of} ${text}`}>
            <q>{text}</q>
            {name && ` – ${withRelation(name, relation)}`}
          </li>
        ))}
      </ul>
      <Text>To call it, correct it in the record, then load this page again.</Text>
    </Paper>
  );
}
