import { IconPhone } from "@tabler/icons-react";
import dock from "../calling/CallDock.module.css";
import { Control } from "../calling/Controls";
import { minutesAndSeconds } from "../calling/duration";
import panel from "../calling/panel.module.css";
import { useNow } from "../useNow";
import { useParticipants } from "./queries";
import styles from "./room.module.css";
import { say } from "./words";

interface BackToCallProps {
  /** The key of an own call that this page is not in any more. */
  call: string;
  onBack(): void;
}

/** The way back into a call whose room is still there, and for how long it waits. */
export default function BackToCall({ call, onBack }: BackToCallProps) {
  const { data: room } = useParticipants(call, 3_000);
  const until = room?.waiting === undefined ? undefined : Date.parse(room.waiting);
  const now = useNow(until);
  const left = until === undefined ? undefined : Math.ceil((until - now) / 1_000);
  if (!room?.mine || room.room !== "open" || (left !== undefined && left <= 0)) return null;
  return (
    <div className={styles.back}>
      <div role="status">
        <p className={styles.title}>{say("room:back.heading")}</p>
        {left === undefined && <p className={panel.note}>{say("room:back.open")}</p>}
      </div>
      {left !== undefined && (
        <p className={panel.note}>{say("room:back.waiting", { time: minutesAndSeconds(left) })}</p>
      )}
      <div className={dock.offers}>
        <Control once name="back" Icon={IconPhone} onPress={onBack} variant="filled">
          {say("room:back.go")}
        </Control>
      </div>
    </div>
  );
}
