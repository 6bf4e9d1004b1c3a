import { say } from "../words";
import styles from "./list.module.css";

/** Beside the name of a patient who has died. */
export function DeceasedMark() {
  return <span className={styles.deceased}>{say("today:deceased")}</span>;
}
