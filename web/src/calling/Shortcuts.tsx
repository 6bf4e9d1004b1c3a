import { Kbd, Switch } from "@mantine/core";
import "@mantine/core/styles/Kbd.css";
import { say } from "../words";
import styles from "./Shortcuts.module.css";

const IN_CALL = [
  ["M", "mute"],
  ["K", "keypad"],
  ["Esc", "escape"],
] as const;
const IN_DAY = [
  ["/", "search"],
  ["J", "down"],
  ["K", "up"],
] as const;

/** Which keys act, and whether they do; beside the devices, where there is a keyboard. */
export function ShortcutHelp({ on, onChange }: { on: boolean; onChange(on: boolean): void }) {
  return (
    <div className={styles.help}>
      <p>{say("calling:keys.where")}</p>
      <Keys keys={IN_CALL} />
      <p>{say("calling:keys.inDay")}</p>
      <Keys keys={IN_DAY} />
      <Switch
        label={say("calling:keys.use")}
        checked={on}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </div>
  );
}

function Keys({ keys }: { keys: typeof IN_CALL | typeof IN_DAY }) {
  return (
    <dl>
      {keys.map(([key, does]) => (
        <div key={key}>
          <dt>
            <Kbd>{key}</Kbd>
          </dt>
          <dd>{say(`calling:keys.${does}`)}</dd>
        </div>
      ))}
    </dl>
  );
}
