import { Kbd, Switch } from "@mantine/core";
import "@mantine/core/styles/Kbd.css";
import { say } from "../words";
import styles from "./Shortcuts.module.css";

/** Which keys act, and whether they do; beside the devices, where there is a keyboard. */
export function ShortcutHelp({ on, onChange }: { on: boolean; onChange(on: boolean): void }) {
  return (
    <div className={styles.help}>
      <p>{say("calling:keys.where")}</p>
      <dl>
        {(
          [
            ["M", "mute"],
            ["K", "keypad"],
            ["Esc", "escape"],
          ] as const
        ).map(([key, does]) => (
          <div key={key}>
            <dt>
              <Kbd>{key}</Kbd>
            </dt>
            <dd>{say(`calling:keys.${does}`)}</dd>
          </div>
        ))}
      </dl>
      <Switch
        label={say("calling:keys.use")}
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}
