import { Button } from "@mantine/core";
import { type KeyboardEvent, useId, useRef, useState } from "react";
import { Link } from "wouter";
import { opening } from "../people";
import { useServices } from "../services";
import styles from "./CallCard.module.css";
import { Controls } from "./Controls";
import { useSoftphone } from "./context";
import { DevicePickers } from "./DevicePickers";
import { faceOf } from "./face";
import { Keypad } from "./Keypad";
import { ShortcutHelp, shortcutOf, useShortcutsOn } from "./Shortcuts";
import { StateBand } from "./StateBand";
import type { Target } from "./state";
import { isLive } from "./transitions";
import { useKeptFocus } from "./useKeptFocus";
import { calleeOf, hasDied } from "./words";

interface CallCardProps {
  /** The numbers that may be called, all of one appointment. */
  choices: Target[];
  /** The chosen one; null when nobody is chosen, or there is no number. */
  target: Target | null;
  /** Needed to know its call when there is no target. */
  appointment?: { id: string };
}

/** The call of one appointment: where it is, in words, and what can be done about it. */
export function CallCard({ choices, target, appointment }: CallCardProps) {
  const { time } = useServices();
  const { state, phone } = useSoftphone();
  const id = appointment?.id ?? (target ?? choices[0])?.appointment;
  const here = state.call && state.call.target.appointment === id ? state.call : null;
  const live = isLive(state.call);
  const face = faceOf(state, { appointment: id, target, choices, clock: time.clock });
  const talking = face.controls === "talking";
  const called = here && live ? here.target : target;

  const card = useRef<HTMLElement>(null);
  const microphoneField = useRef<HTMLSelectElement>(null);
  useKeptFocus(card);

  const keypadId = useId();
  const [keypadOpen, setKeypadOpen] = useState(false);
  const keypad = talking && keypadOpen;
  if (!talking && keypadOpen) setKeypadOpen(false); // the next call begins without it
  const toggleKeypad = () => {
    setKeypadOpen(!keypadOpen);
    // Before the keys go away, the focus goes back to what opened them.
    if (keypadOpen) card.current?.querySelector<HTMLElement>('[data-control="keypad"]')?.focus();
  };

  const [shortcuts, setShortcuts] = useShortcutsOn();
  const onKeyDown = (event: KeyboardEvent) => {
    // A key held down would press the control that comes next in the same place.
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    if (!shortcuts || !talking) return;
    const key = shortcutOf(event);
    if (key !== "m" && key !== "k") return;
    event.preventDefault();
    if (key === "m") phone.setMuted(!here?.muted);
    else toggleKeypad();
  };

  // After a call of this appointment nobody need be chosen anew.
  const call = () => void (target ? phone.call(target) : phone.again());

  return (
    <section ref={card} className={styles.card} aria-label="Call" data-testid="call-card" onKeyDown={onKeyDown}>
      {called && (
        <p className={styles.number}>
          {opening(calleeOf(called))}, number ending {called.ending}
          {called.extension && `, extension ${called.extension}`}
        </p>
      )}
      <StateBand face={face} call={here} />
      {live && here && state.trouble && <p className={styles.problem}>{state.trouble.sentence}</p>}
      {face.kind === "other" && state.call && (
        <Button
          component={Link}
          href={`/appointments/${encodeURIComponent(state.call.target.appointment)}`}
          variant="default"
          className={styles.goThere}
        >
          Go to that call
        </Button>
      )}
      <Controls
        face={face}
        callee={target ? calleeOf(target) : ""}
        household={here !== null && hasDied(here.target)}
        muted={here?.muted ?? false}
        keypad={{ id: keypadId, open: keypad, toggle: toggleKeypad }}
        on={{
          call,
          confirm: () => void phone.confirm(),
          leave: () => phone.clear(),
          end: () => phone.end(),
          mute: () => phone.setMuted(!here?.muted),
          check: () => void phone.checkMicrophone(),
          changeMicrophone: () => microphoneField.current?.focus(),
        }}
      />
      {keypad && (
        <Keypad
          id={keypadId}
          digits={here?.digits ?? ""}
          onPress={(digit) => phone.press(digit)}
          onClose={toggleKeypad}
        />
      )}
      <DevicePickers microphoneField={microphoneField} />
      <ShortcutHelp on={shortcuts} onChange={setShortcuts} />
    </section>
  );
}
