import styles from "./CallCard.module.css";
import type { Face } from "./face";
import type { CallState } from "./state";
import { Timer } from "./Timer";

/** Where the call is: icon, words and colour. Screen readers are told by the announcer, so this is no live region. */
export function StateBand({ face, call }: { face: Face; call: CallState | null }) {
  const { Icon } = face;
  return (
    <div className={styles.band} data-band data-tone={face.tone} data-state={face.kind} tabIndex={-1}>
      <Icon
        size={32}
        aria-hidden
        className={face.kind === "ringing" ? `${styles.icon} ${styles.pulse}` : styles.icon}
      />
      <div className={styles.words}>
        <h2 className={styles.heading}>{face.heading}</h2>
        {face.note && <p className={styles.note}>{face.note}</p>}
      </div>
      {call && face.timed && <Timer call={call} className={styles.timer} />}
    </div>
  );
}
