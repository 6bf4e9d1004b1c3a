import { Switch } from "@mantine/core";
import { useState } from "react";
import { say } from "../words";
import { browserNotifier } from "./attention";
import styles from "./DevicePickers.module.css";
import { tellElsewhere, tellsElsewhere } from "./telling";

/** Turns the messages on and off; the browser is asked by this press, and never otherwise. */
export function TellElsewhere() {
  const notifier = browserNotifier(window);
  const [on, setOn] = useState(() => tellsElsewhere() && notifier?.permission() === "granted");
  const [refused, setRefused] = useState(false);
  if (!notifier) return null;
  const turn = async (next: boolean) => {
    const allowed = !next || (await notifier.ask()) === "granted";
    setRefused(!allowed);
    setOn(next && allowed);
    tellElsewhere(next && allowed);
  };
  return (
    <div className={styles.tell}>
      <Switch
        label={say("calling:devices.tell")}
        checked={on}
        onChange={(event) => void turn(event.currentTarget.checked)}
      />
      {refused && (
        <p role="alert" className={styles.problem}>
          {say("calling:devices.tellRefused")}
        </p>
      )}
    </div>
  );
}
