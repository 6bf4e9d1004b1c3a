import { Button, type ButtonProps } from "@mantine/core";
import {
  IconDialpad,
  IconHeadset,
  IconMicrophone,
  IconMicrophoneOff,
  type IconPhone,
  IconPhoneOff,
  IconX,
} from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import styles from "./CallDock.module.css";
import type { Face } from "./face";

/** What opens and closes, and is told of by `id`. */
interface Fold {
  id: string;
  open: boolean;
  toggle(): void;
}

interface ControlsProps {
  /** Nothing is told: only the devices are looked at. */
  face: Face | null;
  muted: boolean;
  keypad: Fold;
  devices: Fold;
  on: {
    end(): void;
    mute(): void;
    close(): void;
  };
}

/**
 * The controls of a call. Each has a spot of its own, in every phase: a click meant for Cancel must not mute, and
 * nothing that calls somebody ever comes where one ends a call.
 */
export function Controls({ face, muted, keypad, devices, on }: ControlsProps) {
  const talking = face?.controls === "talking";
  const ending = talking || face?.controls === "cancel";
  const closing = !ending && face?.kind !== "asking" && face?.kind !== "elsewhere";
  return (
    <div className={styles.controls}>
      {talking && (
        <Control
          name="mute"
          Icon={muted ? IconMicrophoneOff : IconMicrophone}
          onPress={on.mute}
          variant={muted ? "filled" : "default"}
        >
          {muted ? "Unmute" : "Mute"}
        </Control>
      )}
      {talking && (
        <Control name="keypad" Icon={IconDialpad} onPress={keypad.toggle} fold={keypad}>
          Keypad
        </Control>
      )}
      <Control name="devices" Icon={IconHeadset} onPress={devices.toggle} fold={devices}>
        Devices
      </Control>
      {ending && (
        // One element from Cancel to End call: it keeps its spot, and the focus.
        <Control once name="end" Icon={IconPhoneOff} onPress={on.end} variant="filled" color="red">
          {talking ? "End call" : "Cancel"}
        </Control>
      )}
      {closing && (
        <Control once name="close" Icon={IconX} onPress={on.close}>
          Close
        </Control>
      )}
    </div>
  );
}

interface ControlProps extends ButtonProps {
  name: string;
  /**
   * The second press of a double click is not meant: it would hit whatever takes this control's place, and call
   * somebody again or cut them off.
   */
  once?: boolean;
  Icon: typeof IconPhone;
  onPress(): void;
  fold?: Fold;
  children: ReactNode;
}

export function Control({ name, once, Icon, onPress, fold, children, ...more }: ControlProps) {
  const onClick = (event: MouseEvent) => {
    if (once && event.detail > 1) return;
    onPress();
  };
  return (
    <Button
      variant="default"
      className={styles.control}
      leftSection={<Icon size={22} aria-hidden />}
      data-control={name}
      onClick={onClick}
      {...(fold ? { "aria-expanded": fold.open, "aria-controls": fold.id } : {})}
      {...more}
    >
      {children}
    </Button>
  );
}
