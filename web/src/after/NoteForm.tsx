import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { BackendError, type ClinicianOutcome } from "../backend";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./after.module.css";
import { type Draft, isUnsaved, tooMany } from "./drafts";
import { OUTCOMES } from "./outcomes";

interface NoteFormProps {
  /** The call's key. */
  call: string;
  draft: Draft;
  /** Marked, and not chosen. */
  likely?: ClinicianOutcome | undefined;
  /** It stands on the dock's own lines, and the text's field opens on a press. */
  inLine?: boolean;
  /** Beside Save. */
  children?: ReactNode;
}

/** What came of a call and a short note; either alone is enough. */
export function NoteForm({ call, draft, likely, inLine = false, children }: NoteFormProps) {
  const { drafts } = useServices();
  const [asked, setAsked] = useState(!inLine);
  const written = draft.text !== "";
  if (written && !asked) setAsked(true); // emptied again, it stays
  const over = tooMany(draft);
  const ready = isUnsaved(draft) && over <= 0;
  const save = () => void (ready && drafts.save(call));
  const onKeyDown = (event: KeyboardEvent) => {
    // Whoever presses Escape does not mean to file what is half written, which putting the call away would do.
    if (event.key === "Escape" && isUnsaved(draft)) event.preventDefault();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    save();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the key works in each field of it
    <div className={styles.form} data-in-line={inLine || undefined} onKeyDown={onKeyDown}>
      <Choices chosen={draft.outcome} likely={likely} onChoose={(outcome) => drafts.change(call, { outcome })} />
      <div className={styles.writing} data-open={asked || undefined}>
        {asked ? (
          <TextField
            text={draft.text}
            over={over}
            focused={inLine && !written}
            onChange={(text) => drafts.change(call, { text })}
          />
        ) : (
          <Button variant="default" onClick={() => setAsked(true)} aria-expanded={false}>
            {say("after:add")}
          </Button>
        )}
        <Button
          onClick={save}
          aria-disabled={!ready || undefined}
          variant={ready ? "filled" : "default"}
          title={say("after:saveKeys")}
        >
          {draft.state === "saving" ? say("after:saving") : say("after:save")}
        </Button>
        {children}
      </div>
      {draft.state === "failed" && <Failed call={call} draft={draft} />}
    </div>
  );
}

interface ChoicesProps {
  chosen: ClinicianOutcome | undefined;
  likely: ClinicianOutcome | undefined;
  onChoose(outcome: ClinicianOutcome | undefined): void;
}

function Choices({ chosen, likely, onChoose }: ChoicesProps) {
  const id = useId();
  const hint = `${id}-likely`;
  return (
    <fieldset className={styles.choices}>
      <legend>{say("after:question")}</legend>
      {OUTCOMES.map((one) => (
        <label
          key={one}
          className={styles.choice}
          data-chosen={one === chosen || undefined}
          data-likely={(one === likely && chosen === undefined) || undefined}
        >
          {one === chosen && <IconCheck aria-hidden size={16} />}
          <input
            type="radio"
            name={id}
            value={one}
            checked={one === chosen}
            aria-describedby={one === likely && chosen === undefined ? hint : undefined}
            onChange={() => onChoose(one)}
            // Chosen once more, nothing is: it is nobody's duty to say.
            onClick={() => one === chosen && onChoose(undefined)}
          />
          {say(`after:outcome.${one}`)}
        </label>
      ))}
      <span id={hint} className="cl-spoken">
        {say("after:suggested")}
      </span>
    </fieldset>
  );
}

/** From so many characters on the count is shown. */
const NEAR = -100;

interface TextFieldProps {
  text: string;
  /** Characters too many; below 0, how many are left. */
  over: number;
  /** It comes where its button was pressed, which had the focus. */
  focused: boolean;
  onChange(text: string): void;
}

function TextField({ text, over, focused, onChange }: TextFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [takes] = useState(focused);
  useEffect(() => {
    if (takes) field.current?.focus({ preventScroll: true });
  }, [takes]);
  const shown = over > NEAR;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className="cl-spoken">
        {say("after:note")}
      </label>
      <textarea
        ref={field}
        id={id}
        className={styles.text}
        rows={rowsOf(text)}
        value={text}
        placeholder={say("after:placeholder")}
        aria-describedby={shown ? `${id}-count` : undefined}
        aria-invalid={over > 0 || undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {shown && (
        <span id={`${id}-count`} className={styles.count} data-over={over > 0 || undefined}>
          {over > 0 ? say("after:over", { count: over }) : say("after:left", { count: -over })}
        </span>
      )}
    </div>
  );
}

/** It grows with what is written and with nothing else: a field that opens on focus moves what is below it from under a click. */
function rowsOf(text: string): number {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.ceil(line.length / 60 || 1), 0);
  return Math.min(lines, 6);
}

function Failed({ call, draft: { error } }: { call: string; draft: Draft }) {
  const { drafts } = useServices();
  const known = error instanceof BackendError ? error : undefined;
  const passing = known?.passing ?? true;
  return (
    <div className={styles.noted} role="alert">
      <p className={styles.failed}>
        {known?.sentence ?? say("after:unsavedUnknown")} {passing ? say("after:unsaved") : say("after:notSaved")}
      </p>
      {passing && (
        <Button variant="default" onClick={() => void drafts.save(call)}>
          {say("after:retry")}
        </Button>
      )}
    </div>
  );
}
