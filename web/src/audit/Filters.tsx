import { Button, NativeSelect } from "@mantine/core";
import { useRef, useState } from "react";
import styles from "./audit.module.css";
import { Days, QuickDays } from "./Days";
import { type Asked, type Choice, choose } from "./filters";
import { PatientField } from "./PatientField";
import { useCallers } from "./queries";
import { callerChoices, outcomeChoices, REFUSALS, refusalWords, say } from "./words";

export interface FiltersProps {
  asked: Asked;
  today: string;
  onAsk(next: Asked): void;
}

export function Filters({ asked, today, onAsk }: FiltersProps) {
  const callers = useCallers(asked).data?.clinicians ?? [];
  const filtered = asked.clinician || asked.patient || asked.outcome || asked.refusal;
  const pick = (name: Choice) => (value: string) => onAsk(choose(asked, name, value));

  const all = useRef<HTMLFieldSetElement>(null);
  const [clearings, setClearings] = useState(0);
  const clear = () => {
    onAsk({ from: asked.from, to: asked.to });
    setClearings(clearings + 1);
    all.current?.focus({ preventScroll: true }); // its button is about to go
  };
  return (
    <fieldset ref={all} tabIndex={-1} className={styles.filters}>
      <legend className="cl-spoken">{say("audit:filters.legend")}</legend>
      <QuickDays asked={asked} today={today} onAsk={onAsk} />
      <div className={styles.fields}>
        <Days asked={asked} today={today} onAsk={onAsk} />
        <Select
          label={say("audit:filters.clinician")}
          chosen={asked.clinician}
          choices={callerChoices(callers)}
          onPick={pick("clinician")}
        />
        <Select
          label={say("audit:filters.outcome")}
          chosen={asked.outcome}
          choices={outcomeChoices()}
          onPick={pick("outcome")}
        />
        <Select
          label={say("audit:filters.refusal")}
          chosen={asked.refusal}
          choices={REFUSALS.map((value) => ({ value, label: refusalWords(value) }))}
          onPick={pick("refusal")}
        />
        {/* A new field with each clearing: what names no patient was never chosen, and goes, too. */}
        <PatientField key={clearings} chosen={asked.patient} onPick={pick("patient")} />
        {filtered && (
          <Button variant="subtle" className={styles.clear} onClick={clear}>
            {say("audit:filters.clear")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

interface SelectProps {
  label: string;
  chosen: string | undefined;
  choices: { value: string; label: string }[];
  onPick(value: string): void;
}

function Select({ label, chosen, choices, onPick }: SelectProps) {
  const strange = chosen && !choices.some(({ value }) => value === chosen);
  return (
    <NativeSelect
      label={label}
      value={chosen ?? ""}
      onChange={(event) => onPick(event.currentTarget.value)}
      data={[
        { value: "", label: say("audit:filters.all") },
        ...choices,
        ...(strange ? [{ value: chosen, label: chosen }] : []),
      ]}
    />
  );
}
