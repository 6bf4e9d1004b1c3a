import { Button, type ButtonProps } from "@mantine/core";
import {
  IconDialpad,
  IconHeadset,
  IconMicrophone,
  IconMicrophoneOff,
  type IconPhone,
  IconPhoneOff,
  IconPictureInPicture,
  IconX,
} from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import { say } from "../words";
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
  /** It is asked whether for all. */
  asksToEnd?: boolean;
  keypad: Fold;
  devices: Fold;
  on: {
    end(): void;
    mute(): void;
    close(): void;
    /** Left out where the browser has no window above the others. */
    smallWindow?: (() => void) | undefined;
  };
}

/**
 * The controls of a call. Each has a spot of its own, in every phase: a click meant for Cancel must not mute, and
 * nothing that comes with the end of a call stands where a control of the call stood.
 */
export function Controls({ face, muted, asksToEnd = false, keypad, devices, on }: ControlsProps) {
  const talking = face?.controls === "talking";
  const ending = talking || face?.controls === "cancel";
  const closing = !ending && face?.kind !== "asking" && face?.kind !== "elsewhere";
  return (
    <>
      {closing && <CloseControl onPress={on.close} />}
      <div className={styles.controls} data-window={on.smallWindow ? "" : undefined}>
        {talking && <MuteControl muted={muted} onPress={on.mute} />}
        {talking && (
          <Control name="keypad" Icon={IconDialpad} onPress={keypad.toggle} fold={keypad}>
            {say("calling:control.keypad")}
          </Control>
        )}
        <Control name="devices" Icon={IconHeadset} onPress={devices.toggle} fold={devices}>
          {say("calling:control.devices")}
        </Control>
        {ending && on.smallWindow && (
          <Control name="window" Icon={IconPictureInPicture} onPress={on.smallWindow}>
            {say("calling:control.window")}
          </Control>
        )}
        {ending && callEnds(asksToEnd ? "endAll" : talking ? "end" : "cancel", on.end)}
      </div>
    </>
  );
}

/** In a column of its own, which is empty during a call. */
export function CloseControl({ onPress }: { onPress(): void }) {
  return (
    <div className={styles.close}>
      <Control once name="close" Icon={IconX} onPress={onPress}>
        {say("calling:control.close")}
      </Control>
    </div>
  );
}

export function MuteControl({ muted, onPress }: { muted: boolean; onPress(): void }) {
  return (
    <Control
      name="mute"
      Icon={muted ? IconMicrophoneOff : IconMicrophone}
      onPress={onPress}
      variant={muted ? "filled" : "default"}
    >
      {muted ? say("calling:control.unmute") : say("calling:control.mute")}
    </Control>
  );
}

/** One element from Cancel to End call, and End for all: it keeps its spot, and the focus. */
export function callEnds(how: "cancel" | "end" | "endAll", end: () => void) {
  return (
    <Control once name="end" Icon={IconPhoneOff} onPress={end} variant="filled" color="red" data-how={how}>
      {say(`calling:control.${how}`)}
    </Control>
  );
}

interface ControlProps extends ButtonProps {
  "data-how"?: string;
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
