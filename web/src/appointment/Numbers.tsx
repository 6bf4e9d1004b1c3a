import { IconCheck } from "@tabler/icons-react";
import { useId } from "react";
import { hasDied } from "../calling/words";
import { birthDay } from "../clinictime";
import { opening, withRelation } from "../people";
import { say } from "../words";
import styles from "./appointment.module.css";
import { FullNumber } from "./FullNumber";
import type { Choice } from "./targets";

export interface NumbersProps {
  choices: readonly Choice[];
  chosen: Choice | undefined;
  /** A call is going on: its number stays as it is. */
  fixed: boolean;
  /** The id of a choice. */
  onChoose(id: string): void;
}

/** Whom a call can go to, and at which number. With the patient's one number there is nothing to choose. */
export function Numbers({ choices, chosen, fixed, onChoose }: NumbersProps) {
  const name = useId();
  const [first] = choices;
  if (!first) return null;
  const others = choices.some((one) => !one.own);
  const nameless = choices.every((one) => one.target.recipient === first.target.recipient);
  if (choices.length === 1 && first.own) {
    return (
      <div className={styles.numbers}>
        <h2 className={styles.title}>{say("appointment:number")}</h2>
        <Row choice={first} nameless />
      </div>
    );
  }
  return (
    <fieldset className={styles.numbers} aria-describedby={others ? `${name}-others` : undefined}>
      <legend className={styles.title}>{say("appointment:number")}</legend>
      {others && (
        <p id={`${name}-others`} className={styles.hint}>
          {say("appointment:related")}
        </p>
      )}
      {choices.map((one) => (
        <Row
          key={one.id}
          choice={one}
          nameless={nameless}
          chosen={one === chosen}
          pick={{ name, fixed, choose: () => onChoose(one.id) }}
        />
      ))}
    </fieldset>
  );
}

interface RowProps {
  choice: Choice;
  /** All numbers are one person's, who is named above: only which number it is need be seen. */
  nameless: boolean;
  chosen?: boolean;
  /** How it is chosen, where there is a choice. */
  pick?: { name: string; fixed: boolean; choose(): void };
}

function Row({ choice, nameless, chosen = false, pick }: RowProps) {
  const why = useId();
  const { target, refusal, label } = choice;
  const name = opening(withRelation(target.name, target.relation));
  const facts = factsOf(choice);
  const words = (
    <span className={styles.numberWords}>
      <span className={nameless ? "cl-spoken" : styles.who}>{nameless ? [name, ...facts].join(", ") : name}</span>{" "}
      <span className={styles.line}>
        <span className={nameless ? styles.who : styles.details}>
          {nameless ? label : [...facts, label].join(" · ")}
        </span>
        {chosen && (
          <span className={styles.chosen} aria-hidden>
            <IconCheck size={16} />
            {say("appointment:chosen")}
          </span>
        )}
      </span>
    </span>
  );
  return (
    <div className={styles.number} data-chosen={chosen || undefined} data-off={refusal !== undefined || undefined}>
      <div className={styles.numberHead}>
        {pick ? (
          <label className={styles.pick}>
            <input
              type="radio"
              name={pick.name}
              value={choice.id}
              checked={chosen}
              disabled={pick.fixed || refusal !== undefined}
              aria-describedby={refusal ? why : undefined}
              onChange={pick.choose}
            />
            {words}
          </label>
        ) : (
          <div className={styles.pick}>{words}</div>
        )}
      </div>
      {refusal && (
        <p id={why} className={styles.refusal}>
          {refusal}
        </p>
      )}
      <FullNumber choice={choice} />
    </div>
  );
}

/** What else tells one person from another. */
function factsOf({ target, of, born }: Choice): string[] {
  return [
    ...(hasDied(target) ? [say("appointment:deceased")] : []),
    ...(born ? [say("appointment:bornOn", { day: birthDay(born) })] : []),
    ...(of ? [say("appointment:of", { name: of })] : []),
  ];
}
