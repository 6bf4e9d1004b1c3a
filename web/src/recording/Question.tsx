import { Button } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { OwnPlace } from "../calling/OwnPlace";
import panel from "../calling/panel.module.css";
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

/** A question in its own place: Escape answers no. */
export function Question({ heading, note, yes, no, danger = false, children, onAnswer }: QuestionProps) {
  const id = useId();
  return (
    <OwnPlace
      className={styles.question}
      aria-labelledby={`${id}-heading`}
      aria-describedby={`${id}-note`}
      onEscape={() => onAnswer(false)}
    >
      <p id={`${id}-heading`} className={styles.heading}>
        {heading}
      </p>
      <p id={`${id}-note`} className={panel.note}>
        {note}
      </p>
      {children}
      <div className={styles.acts}>
        <Button
          className={panel.act}
          variant="filled"
          {...(danger ? { color: "red" } : {})}
          onClick={(event) => event.detail > 1 || onAnswer(true)}
        >
          {yes}
        </Button>
        <Button className={panel.act} variant="default" onClick={() => onAnswer(false)}>
          {no}
        </Button>
      </div>
    </OwnPlace>
  );
}
