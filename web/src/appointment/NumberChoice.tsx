import { Radio, Stack, Text } from "@mantine/core";
import styles from "./appointment.module.css";
import type { Choice } from "./targets";

export interface NumberChoiceProps {
  choices: readonly Choice[];
  chosen: Choice | undefined;
  /** A call is going on: its number stays as it is. */
  fixed: boolean;
  onChoose(number: string): void;
}

/** Shown when there is something to choose: several numbers, or only a related person's. */
export function NumberChoice({ choices, chosen, fixed, onChoose }: NumberChoiceProps) {
  const others = choices.some((one) => !one.own);
  if (choices.length < 2 && !others) return null;
  return (
    <Radio.Group
      label="Number to call"
      description={others ? "A related person is called only when you choose them here." : undefined}
      value={chosen?.target.number ?? ""}
      onChange={onChoose}
    >
      <Stack gap={0} mt="xs">
        {choices.map((one) => (
          <Radio
            key={one.target.number}
            value={one.target.number}
            disabled={fixed}
            className={styles.option}
            label={
              <span>
                <span className={styles.who}>{one.target.name}</span>
                <Text span c="dimmed" size="sm">
                  {one.own ? "" : "Related person · "}
                  {one.label}
                </Text>
              </span>
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
