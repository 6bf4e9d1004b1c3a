import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useId, useRef } from "react";
import styles from "./recording.module.css";

interface QuestionProps {
  heading: string;
  note: string;
  yes: string;
  no: string;
  danger?: boolean;
  /** What belongs to the answer. */
  children?: ReactNode;
  onAnswer(yes: boolean): void;
}

/** A question in its own place; the focus goes to its words and to no answer, so that no key meant before answers it. */
export function Question({ heading, note, yes, no, danger = false, children, onAnswer }: QuestionProps) {
  const id = useId();
  const part = useRef<HTMLFieldSetElement>(null);
  useEffect(() => part.current?.focus({ preventScroll: true }), []);
  return (
    <fieldset
      ref={part}
      tabIndex={-1}
      className={styles.question}
      aria-labelledby={`${id}-heading`}
      aria-describedby={`${id}-note`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onAnswer(false);
      }}
    >
      <p id={`${id}-heading`} className={styles.heading}>
        {heading}
      </p>
      <p id={`${id}-note`} className={styles.note}>
        {note}
      </p>
      {children}
      <div className={styles.acts}>
        <Button
          className={styles.act}
          variant="filled"
          {...(danger ? { color: "red" } : {})}
          onClick={(event) => event.detail > 1 || onAnswer(true)}
        >
          {yes}
        </Button>
        <Button className={styles.act} variant="default" onClick={() => onAnswer(false)}>
          {no}
        </Button>
      </div>
    </fieldset>
  );
}
