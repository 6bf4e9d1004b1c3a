import { Radio, Stack, Text } from "@mantine/core";
import { hasDied } from "../calling/words";
import { birthDay } from "../clinictime";
import { opening, withRelation } from "../people";
import styles from "./appointment.module.css";
import type { Choice } from "./targets";

export interface NumberChoiceProps {
  choices: readonly Choice[];
  chosen: Choice | undefined;
  /** A call is going on: its number stays as it is. */
  fixed: boolean;
  /** The id of a choice. */
  onChoose(id: string): void;
}

/** Shown when there is something to choose: several numbers, or only a related person's. */
export function NumberChoice({ choices, chosen, fixed, onChoose }: NumberChoiceProps) {
  const others = choices.some((one) => !one.own);
  if (choices.length < 2 && !others) return null;
  return (
    <Radio.Group
      label="Number to call"
      description={others ? "A related person is called only when you choose them here." : undefined}
      value={chosen?.id ?? ""}
      onChange={onChoose}
    >
      <Stack gap={0} mt="xs">
        {choices.map((one) => (
          <Radio
            key={one.id}
            value={one.id}
            disabled={fixed}
            className={styles.option}
            label={
              <span>
                <span className={styles.who}>{opening(withRelation(one.target.name, one.target.relation))}</span>
                <Text span c="dimmed" size="sm">
                  {detailsOf(one)}
                </Text>
              </span>
            }
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}

function detailsOf({ target, of, born, label }: Choice): string {
  const died = hasDied(target) ? "Deceased" : undefined;
  const parts = [died, born && `Born ${birthDay(born)}`, of && `For ${of}`, label];
  return parts.filter(Boolean).join(" · ");
}
