import { Link } from "wouter";
import { opening } from "../people";
import styles from "./CallDock.module.css";
import type { Face } from "./face";
import type { Target } from "./state";
import { calleeOf } from "./words";

interface StateBandProps {
  face: Face;
  /** Whom it is about; nobody where a microphone was only looked at. */
  target: Target | undefined;
}

/**
 * Where the call is: icon, name, words and colour. Screen readers are told by the announcer, so this is no live region.
 */
export function StateBand({ face, target }: StateBandProps) {
  const { Icon } = face;
  return (
    <div className={styles.band} data-band data-tone={face.tone} data-state={face.kind} tabIndex={-1}>
      <Icon
        size={28}
        aria-hidden
        className={face.kind === "ringing" ? `${styles.icon} ${styles.pulse}` : styles.icon}
      />
      <div className={styles.words}>
        <div className={styles.first}>
          {target && (
            <p className={styles.who}>
              <Link href={`/appointments/${encodeURIComponent(target.appointment)}`} className={styles.name}>
                {opening(calleeOf(target))}
              </Link>
              <span className={styles.number}>
                number ending {target.ending}
                {target.extension && `, extension ${target.extension}`}
              </span>
            </p>
          )}
          <h2 className={styles.heading}>{face.heading}</h2>
        </div>
        {face.note && <p className={styles.note}>{face.note}</p>}
      </div>
    </div>
  );
}
