import { IconDoorExit, IconX } from "@tabler/icons-react";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { Control } from "./Controls";
import type { RoomSeen } from "./state";

interface EndQuestionProps {
  room: RoomSeen;
  onLeave(): void;
  onStay(): void;
}

/**
 * Asked before a call ends for others too. The yes is the control that was pressed, which says so now. Leaving is
 * offered only where a colleague stays: without a clinician the others would be told to wait, and then be cut off.
 */
export function EndQuestion({ room: { others, held, colleagues }, onLeave, onStay }: EndQuestionProps) {
  const leaving = held > 0 ? say("calling:endAsk.heldStays") : say("calling:endAsk.colleague");
  return (
    <>
      <div role="alert" className={styles.question}>
        <p className={styles.heading}>{say("calling:endAsk.heading")}</p>
        <p className={styles.note}>{say("calling:endAsk.others", { count: others })}</p>
        {held > 0 && colleagues === 0 && <p className={styles.note}>{say("calling:endAsk.held")}</p>}
        {colleagues > 0 && <p className={styles.note}>{leaving}</p>}
      </div>
      <div className={styles.offers}>
        <Control once name="stay" Icon={IconX} onPress={onStay} variant="filled">
          {say("calling:endAsk.stay")}
        </Control>
        {colleagues > 0 && (
          <Control once name="leave-room" Icon={IconDoorExit} onPress={onLeave}>
            {say("calling:endAsk.leave")}
          </Control>
        )}
      </div>
    </>
  );
}
