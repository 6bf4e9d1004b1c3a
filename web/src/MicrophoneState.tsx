import { IconMicrophone, IconMicrophoneOff } from "@tabler/icons-react";
import { useSoftphone } from "./calling/context";
import { deviceTrouble, useDevices } from "./calling/devices";
import { isLive } from "./calling/transitions";
import styles from "./Shell.module.css";
import { say } from "./words";

/** In the header of every page; opens and closes the devices in the dock. */
export function MicrophoneState() {
  const { state } = useSoftphone();
  const devices = useDevices();
  const wrong = deviceTrouble(state);
  const open = devices.isOpen(wrong);
  const { call, microphone } = state;
  const muted = isLive(call) && call.muted;
  const words = say(`calling:header.${muted ? "muted" : microphone}`);
  const tone = microphone === "blocked" ? styles.bad : microphone === "ok" && !muted ? styles.good : "";
  const Icon = microphone === "blocked" || muted ? IconMicrophoneOff : IconMicrophone;
  return (
    <button
      type="button"
      className={`${styles.microphone} ${tone}`}
      title={words}
      aria-label={say("calling:header.button", { state: words })}
      aria-expanded={open}
      aria-controls={devices.id}
      onClick={() => devices.set(!open, wrong)}
    >
      <Icon aria-hidden size={20} />
      <span className={styles.wide}>{words}</span>
    </button>
  );
}
