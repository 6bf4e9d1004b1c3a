import { Link } from "wouter";
import { opening } from "../people";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { calleeOf } from "./callee";
import type { Face } from "./face";
import type { Target } from "./state";

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
                {target.extension
                  ? say("calling:numberExtension", { ending: target.ending, extension: target.extension })
                  : say("calling:number", { ending: target.ending })}
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
