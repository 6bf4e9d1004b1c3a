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

/** A patient by what the health record calls them: typed, or pasted as a link to them. */
export function PatientField({ chosen = "", onPick }: PatientFieldProps) {
  const [text, setText] = useState(chosen);
  const [wrong, setWrong] = useState(false);
  const take = (event?: FormEvent) => {
    event?.preventDefault();
    const patient = text.trim() === "" ? "" : patientIn(text);
    setWrong(patient === undefined);
    if (patient === undefined || patient === chosen) return;
    onPick(patient);
  };
  return (
    <form className={styles.patient} onSubmit={take}>
      <TextInput
        label={say("audit:filters.patient")}
        description={say("audit:filters.patientHint")}
        inputWrapperOrder={["label", "input", "description", "error"]}
        error={wrong && say("audit:filters.patientWrong")}
        value={text}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWrong(false);
        }}
        onBlur={() => take()}
      />
    </form>
  );
}
