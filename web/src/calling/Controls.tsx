import { Button, type ButtonProps } from "@mantine/core";
import {
  IconDialpad,
  IconMicrophone,
  IconMicrophoneOff,
  IconPhone,
  IconPhoneOff,
  IconRefresh,
  IconSettings,
  IconX,
} from "@tabler/icons-react";
import type { MouseEvent, ReactNode } from "react";
import styles from "./CallCard.module.css";
import type { Face } from "./face";

interface ControlsProps {
  face: Face;
  /** Whom a call goes to, in words: "Anna Ellis (daughter)". */
  callee: string;
  /** What is asked is whether to call a household. */
  household: boolean;
  muted: boolean;
  keypad: { id: string; open: boolean; toggle(): void };
  on: {
    call(): void;
    confirm(): void;
    leave(): void;
    end(): void;
    mute(): void;
    check(): void;
    changeMicrophone(): void;
  };
}

export function Controls(props: ControlsProps) {
  return <div className={styles.controls}>{controls(props)}</div>;
}

function controls({ face, callee, household, muted, keypad, on }: ControlsProps): ReactNode {
  switch (face.controls) {
    case "none":
      return null;
    case "call":
      return (
        <Control main once name="call" Icon={IconPhone} onPress={on.call} size="lg">
          Call {callee}
        </Control>
      );
    case "ask":
      return (
        <>
          <Control once name="confirm" Icon={IconPhone} onPress={on.confirm} variant="default" size="lg">
            {household ? "Call the household" : "Call all the same"}
          </Control>
          <Control main once name="leave" Icon={IconX} onPress={on.leave} size="lg">
            Do not call
          </Control>
        </>
      );
    case "cancel":
      return (
        <Control main once name="cancel" Icon={IconPhoneOff} onPress={on.end} color="red" size="lg">
          Cancel
        </Control>
      );
    case "again":
      return (
        <Control main once name="again" Icon={IconPhone} onPress={on.call} size="lg">
          Call again
        </Control>
      );
    case "retry":
      return (
        <Control main once name="again" Icon={IconRefresh} onPress={on.call} size="lg">
          Try again
        </Control>
      );
    case "check":
      return (
        <Control main once name="check" Icon={IconRefresh} onPress={on.check} size="lg">
          Check again
        </Control>
      );
    case "talking":
      return (
        <>
          <Control
            main
            name="mute"
            Icon={muted ? IconMicrophoneOff : IconMicrophone}
            onPress={on.mute}
            variant={muted ? "filled" : "default"}
          >
            {muted ? "Unmute" : "Mute"}
          </Control>
          <Control
            name="keypad"
            Icon={IconDialpad}
            onPress={keypad.toggle}
            variant="default"
            aria-expanded={keypad.open}
            aria-controls={keypad.id}
          >
            Keypad
          </Control>
          {face.kind === "silent-microphone" && (
            <Control name="microphone" Icon={IconSettings} onPress={on.changeMicrophone} variant="default">
              Change microphone
            </Control>
          )}
          <Control once name="end" Icon={IconPhoneOff} onPress={on.end} color="red">
            End call
          </Control>
        </>
      );
  }
}

interface ControlProps extends ButtonProps {
  name: string;
  /** The one that gets the focus when the focused control goes away. */
  main?: boolean;
  /**
   * The second press of a double click is not meant: it would hit whatever takes this control's place, and call
   * somebody again or cut them off.
   */
  once?: boolean;
  Icon: typeof IconPhone;
  onPress(): void;
  children: ReactNode;
  "aria-expanded"?: boolean;
  "aria-controls"?: string;
}

function Control({ name, main, once, Icon, onPress, children, ...more }: ControlProps) {
  const onClick = (event: MouseEvent) => {
    if (once && event.detail > 1) return;
    onPress();
  };
  return (
    <Button
      key={name}
      className={styles.control}
      leftSection={<Icon size={22} aria-hidden />}
      data-control={name}
      data-main={main || undefined}
      onClick={onClick}
      {...more}
    >
      {children}
    </Button>
  );
}
