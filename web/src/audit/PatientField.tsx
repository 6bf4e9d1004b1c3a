import { TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import styles from "./audit.module.css";
import { patientIn } from "./filters";
import { say } from "./words";

export interface PatientFieldProps {
  /** Patient/ID, of whom the calls are shown. */
  chosen: string | undefined;
  /** Told another one, or "" for everybody's. */
  onPick(patient: string): void;
}

/**
 * A patient by what the health record calls them: typed, or pasted as a link to them. Taken on Enter and not when the
 * field is left: the list would be exchanged under a click that has begun on one of its rows.
 */
export function PatientField({ chosen = "", onPick }: PatientFieldProps) {
  const [text, setText] = useState(chosen);
  const [wrong, setWrong] = useState(false);
  const [was, setWas] = useState(chosen);
  // Chosen here or elsewhere, the field has it as the record calls them. It is the same field: the focus stays in it.
  if (was !== chosen) {
    setWas(chosen);
    setText(chosen);
    setWrong(false);
  }

  const take = (event: FormEvent) => {
    event.preventDefault();
    const patient = text.trim() === "" ? "" : patientIn(text);
    setWrong(patient === undefined);
    if (patient === undefined) return;
    setText(patient);
    if (patient !== chosen) onPick(patient);
  };
  const waits = !wrong && text.trim() !== chosen;
  return (
    <form className={styles.patient} onSubmit={take}>
      <TextInput
        label={say("audit:filters.patient")}
        description={waits ? say("audit:filters.patientWaits") : say("audit:filters.patientHint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        error={wrong && say("audit:filters.patientWrong")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="go"
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
      />
    </form>
  );
}
