import type { RefObject } from "react";
import styles from "./CallDock.module.css";
import { DevicePickers } from "./DevicePickers";
import { ShortcutHelp } from "./Shortcuts";
import { TellElsewhere } from "./TellElsewhere";

interface DevicesPanelProps {
  id: string;
  microphoneField: RefObject<HTMLSelectElement | null>;
  shortcuts: boolean;
  onShortcuts(on: boolean): void;
}

/** What the dock's Devices unfolds. */
export function DevicesPanel({ id, microphoneField, shortcuts, onShortcuts }: DevicesPanelProps) {
  return (
    <div id={id} className={styles.devices}>
      <DevicePickers microphoneField={microphoneField} />
      <TellElsewhere />
      <ShortcutHelp on={shortcuts} onChange={onShortcuts} />
    </div>
  );
}
