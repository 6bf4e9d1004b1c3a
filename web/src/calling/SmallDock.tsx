import { createPortal } from "react-dom";
import { opening } from "../people";
import { say } from "../words";
import { callEnds, MuteControl } from "./Controls";
import { calleeOf } from "./callee";
import type { Face } from "./face";
import styles from "./SmallDock.module.css";
import type { Softphone } from "./state";
import { Timer } from "./Timer";
import type { LiveCall } from "./transitions";

interface SmallDockProps {
  into: Window;
  face: Face;
  call: LiveCall;
  phone: Pick<Softphone, "setMuted" | "end">;
}

/** The call in the small window: name, state, time, Mute and End call. */
export function SmallDock({ into, face, call, phone }: SmallDockProps) {
  const talking = face.controls === "talking";
  return createPortal(
    <section className={styles.small} aria-label={say("calling:dock")} data-tone={face.tone}>
      <p className={styles.name}>{opening(calleeOf(call.target))}</p>
      <p className={styles.state}>{face.heading}</p>
      <Timer call={call} className={styles.timer} />
      <div className={styles.controls}>
        <div>{talking && <MuteControl muted={call.muted} onPress={() => phone.setMuted(!call.muted)} />}</div>
        {callEnds(call.asksToEnd ? "endAll" : talking ? "end" : "cancel", () => phone.end())}
      </div>
    </section>,
    into.document.body,
  );
}
