import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { Reference } from "../page";
import { JoinedDock } from "../room/parts";
import { useServices } from "../services";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { Companions } from "./Companions";
import { Controls } from "./Controls";
import { hasDied } from "./callee";
import { useSoftphone } from "./context";
import { forget, recall } from "./cutoff";
import { deviceTrouble, useDevices } from "./devices";
import { Extras, goesOnWithout, usePrepared } from "./Extras";
import { dockFace, type Face } from "./face";
import { useOtherNumbers } from "./numbers";
import { Offers } from "./Offers";
import { SmallDock } from "./SmallDock";
import { StateBand } from "./StateBand";
import { useSettling } from "./settling";
import { useSmallWindow } from "./smallwindow";
import type { SoftphoneState, Target } from "./state";
import { Timer } from "./Timer";
import { isLive } from "./transitions";
import { AfterCall, CutOffNotice, DevicesPanel, Keypad, prepareUnfolded, TellOffer } from "./unfolded";
import { toBand, useDockFocus } from "./useDockFocus";
import { shortcutOf, useShortcutsOn } from "./useShortcuts";

/** Whom the words are about; nobody where it is another tab's call. */
function about({ call, trouble }: SoftphoneState, face: Face): Target | undefined {
  return face.kind === "elsewhere" ? undefined : face.kind === "trouble" ? trouble?.target : call?.target;
}

/** The one place of a call, on every page: from the press of Call until what came of it is put away. */
export function CallDock() {
  return (
    <>
      <Companions />
      <Joined />
      <Dock />
    </>
  );
}

/** A colleague's call, beside which there is none of one's own. */
function Joined() {
  const { state, phone } = useSoftphone();
  usePrepared();
  return state.joined ? <JoinedDock joined={state.joined} phone={phone} /> : null;
}

function Dock() {
  const { time } = useServices();
  const { state, phone } = useSoftphone();
  const { call } = state;
  useEffect(prepareUnfolded, []);
  const face = dockFace(state, time.clock);
  const talking = face?.controls === "talking";
  const over = call?.phase === "ended";

  const dock = useRef<HTMLElement>(null);
  const microphoneField = useRef<HTMLSelectElement>(null);
  useDockFocus(dock, call && !over ? call.startedAt : undefined);

  const devices = useDevices();
  const devicesOpen = devices.isOpen(deviceTrouble(state));
  const toggleDevices = () => devices.set(!devicesOpen, deviceTrouble(state));

  const keypadId = useId();
  const [keypadOpen, setKeypadOpen] = useState(false);
  const keypad = talking && keypadOpen;
  if (!talking && keypadOpen) setKeypadOpen(false); // the next call begins without it
  const toggleKeypad = () => {
    setKeypadOpen(!keypadOpen);
    // Before the keys go away, the focus goes back to what opened them.
    if (keypadOpen) dock.current?.querySelector<HTMLElement>('[data-control="keypad"]')?.focus();
  };

  const [shortcuts, setShortcuts] = useShortcutsOn();
  const onKeyDown = (event: KeyboardEvent) => {
    // A key held down would press the control that comes next in the same place.
    if (event.key === "Enter" && event.repeat) event.preventDefault();
    if (event.key === "Escape" && over && !event.defaultPrevented) return close();
    if (!shortcuts || !talking) return;
    const key = shortcutOf(event);
    if (key !== "m" && key !== "k") return;
    event.preventDefault();
    if (key === "m") phone.setMuted(!call?.muted);
    else toggleKeypad();
  };

  const close = () => {
    devices.set(false, deviceTrouble(state));
    phone.clear();
  };

  const [cut, setCut] = useState(() => recall(sessionStorage));
  if (call && cut) setCut(null); // another one was begun
  const dropCut = () => {
    forget(sessionStorage);
    setCut(null);
  };

  const settling = useSettling();
  const small = useSmallWindow(isLive(call));
  const others = useOtherNumbers(call);

  const offers = face && !(call && goesOnWithout(call)) && (
    <Offers
      face={face}
      household={call !== null && hasDied(call.target)}
      others={others}
      on={{
        other: (target) => void phone.call(target),
        again: () => void phone.again(),
        confirm: () => void phone.confirm(),
        leave: () => phone.clear(),
        check: () => void phone.checkMicrophone(),
        changeMicrophone: () => {
          devices.set(true, deviceTrouble(state));
          microphoneField.current?.focus();
        },
      }}
    />
  );

  if (!face && !devicesOpen && !cut) return null;
  return (
    <section
      ref={dock}
      className={styles.dock}
      aria-label={say("calling:dock")}
      data-testid="call-dock"
      data-tone={face?.tone ?? (cut ? "warning" : undefined)}
      data-settling={settling || undefined}
      onKeyDown={onKeyDown}
    >
      {!face && cut && (
        <CutOffNotice
          cut={cut}
          onCall={(target) => void phone.call(target)}
          onBack={(target, key) => void phone.rejoin(target, key)}
          onClose={dropCut}
        />
      )}
      {(face || devicesOpen) && (
        <div className={styles.row}>
          {face && <StateBand face={face} target={about(state, face)} />}
          {call && face?.timed && <Timer call={call} className={styles.timer} />}
          <Controls
            face={face}
            muted={call?.muted ?? false}
            asksToEnd={call?.asksToEnd ?? false}
            keypad={{ id: keypadId, open: keypad, toggle: toggleKeypad }}
            devices={{ id: devices.id, open: devicesOpen, toggle: toggleDevices }}
            on={{
              end: () => phone.end(),
              mute: () => phone.setMuted(!call?.muted),
              close,
              smallWindow: small.open,
            }}
          />
        </div>
      )}
      <div className={styles.below} data-reserved={call?.phase !== "asking" && call ? "" : undefined}>
        {call && <Extras call={call} phone={phone} />}
        {isLive(call) && <TellOffer onAnswered={() => toBand(dock.current)} />}
        {isLive(call) && state.trouble && <p className={styles.problem}>{state.trouble.sentence}</p>}
        {over && state.elsewhere && <p className={styles.problem}>{say("calling:elsewhere.sentence")}</p>}
        {call?.outcome === "failed" && call.callSid && (
          <Reference label={say("calling:reference")} value={call.callSid} />
        )}
        <div className={styles.then}>{over && call ? <AfterCall call={call}>{offers}</AfterCall> : offers}</div>
      </div>
      {(keypad || devicesOpen) && (
        <div className={styles.unfolded}>
          {keypad && (
            <Keypad
              id={keypadId}
              digits={call?.digits ?? ""}
              onPress={(digit) => phone.press(digit)}
              onClose={toggleKeypad}
            />
          )}
          {devicesOpen && (
            <DevicesPanel
              id={devices.id}
              microphoneField={microphoneField}
              shortcuts={shortcuts}
              onShortcuts={setShortcuts}
            />
          )}
        </div>
      )}
      {small.shown && face && isLive(call) && <SmallDock into={small.shown} face={face} call={call} phone={phone} />}
    </section>
  );
}
