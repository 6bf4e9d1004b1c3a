import styles from "./today.module.css";

/** Beside the name of a patient who has died. */
export function DeceasedMark() {
  return <span className={styles.deceased}>Deceased</span>;
}
