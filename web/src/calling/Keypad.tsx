import { type KeyboardEvent, useEffect, useRef } from "react";
import { say } from "../words";
import styles from "./Keypad.module.css";

const keys: [digit: string, letters: string][] = [
  ["1", ""],
  ["2", "ABC"],
  ["3", "DEF"],
  ["4", "GHI"],
  ["5", "JKL"],
  ["6", "MNO"],
  ["7", "PQRS"],
  ["8", "TUV"],
  ["9", "WXYZ"],
  ["*", ""],
  ["0", ""],
  ["#", ""],
];

/** Signs that a screen reader reads in its own way, or not at all. */
function spoken(digit: string): string {
  if (digit === "*") return say("calling:keypad.star");
  return digit === "#" ? say("calling:keypad.hash") : digit;
}

interface KeypadProps {
  id: string;
  /** The keys pressed so far. */
  digits: string;
  onPress(digit: string): void;
  onClose(): void;
}

/** Keys for a telephone menu. It takes the focus when it opens, so that the real keys work at once. */
export function Keypad({ id, digits, onPress, onClose }: KeypadProps) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      onClose();
      return;
    }
    if (!/^[0-9*#]$/.test(event.key)) return;
    event.preventDefault();
    if (!event.repeat) onPress(event.key);
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would announce form controls; these are keys
    <div id={id} role="group" aria-label={say("calling:keypad.label")} className={styles.keypad} onKeyDown={onKeyDown}>
      <p className={styles.typed}>
        <span className={styles.label}>{say("calling:keypad.pressed")}</span>
        <span className={styles.digits} data-testid="typed">
          {digits || say("calling:keypad.none")}
        </span>
      </p>
      <div className={styles.keys}>
        {keys.map(([digit, letters]) => (
          <button
            key={digit}
            ref={digit === "1" ? first : undefined}
            type="button"
            className={styles.key}
            data-letters={letters}
            aria-label={spoken(digit)}
            onClick={() => onPress(digit)}
          >
            <span className={styles.digit}>{digit}</span>
          </button>
        ))}
      </div>
      <p className={styles.hint}>{say("calling:keypad.hint")}</p>
    </div>
  );
}
