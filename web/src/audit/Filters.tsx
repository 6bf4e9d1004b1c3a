import { Button, NativeSelect } from "@mantine/core";
import { useRef } from "react";
import type { AuditedCall } from "../backend";
import styles from "./audit.module.css";
import { Days, QuickDays } from "./Days";
import { type Asked, type Choice, choose } from "./filters";
import { clinicianWords, outcomeChoices, REFUSALS, refusalWords, say } from "./words";

export interface FiltersProps {
  asked: Asked;
  today: string;
  /** Those on the page: their clinicians can be chosen. */
  calls: readonly AuditedCall[];
  onAsk(next: Asked): void;
}

export function Filters({ asked, today, calls, onAsk }: FiltersProps) {
  const clinicians = useClinicians(calls, asked.clinician);
  const filtered = asked.clinician || asked.outcome || asked.refusal;
  const pick = (name: Choice) => (value: string) => onAsk(choose(asked, name, value));
  return (
    <fieldset className={styles.filters}>
      <legend className={styles.hidden}>{say("audit:filters.legend")}</legend>
      <QuickDays asked={asked} today={today} onAsk={onAsk} />
      <div className={styles.fields}>
        <Days asked={asked} today={today} onAsk={onAsk} />
        <Select
          label={say("audit:filters.clinician")}
          chosen={asked.clinician}
          choices={clinicians}
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
        {filtered && (
          <Button variant="subtle" className={styles.clear} onClick={() => onAsk({ from: asked.from, to: asked.to })}>
            {say("audit:filters.clear")}
          </Button>
        )}
      </div>
    </fieldset>
  );
}

/** Whoever was on the page since it was opened: a filter must not take away the others to choose from. */
function useClinicians(calls: readonly AuditedCall[], chosen: string | undefined) {
  const known = useRef(new Map<string, string>());
  for (const call of calls) if (call.clinician) known.current.set(call.clinician, clinicianWords(call));
  if (chosen && !known.current.has(chosen)) known.current.set(chosen, chosen);
  return [...known.current].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
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
