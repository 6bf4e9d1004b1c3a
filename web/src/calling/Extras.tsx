// What of a call is there only where the clinic uses it: who else is in it, whether it is recorded, the way back.
import { useEffect } from "react";
import { opening } from "../people";
import { useMe } from "../queries";
import { prepareRecording, RecordingPanel } from "../recording/parts";
import { BackToCall, prepareRooms, RoomPanel } from "../room/parts";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { calleeOf } from "./callee";
import { EndQuestion } from "./EndQuestion";
import type { CallState, Softphone } from "./state";
import { useIsRecorded } from "./useIsRecorded";

/** Has the parts that the clinic uses fetched once the page stands. */
export function usePrepared(): void {
  const { conference, recording } = useMe();
  useEffect(() => {
    if (conference) void prepareRooms();
    if (recording) void prepareRecording();
  }, [conference, recording]);
}

/** The others are still in its room: whoever was called would be called out of it. */
export function goesOnWithout({ phase, room, hangUp }: CallState): boolean {
  return phase === "ended" && (room?.open ?? false) && !hangUp;
}

interface ExtrasProps {
  call: CallState;
  phone: Pick<Softphone, "end" | "stay" | "rejoin">;
}

export function Extras({ call, phone }: ExtrasProps) {
  const { conference, recording: records } = useMe();
  const recording = useIsRecorded(call.callSid) || records;
  const { callSid, target, room, hangUp } = call;
  const talking = call.phase === "connected" || call.phase === "reconnecting";
  const over = call.phase === "ended";
  const waits = conference && goesOnWithout(call);
  return (
    <>
      {call.asksToEnd && room && (
        <EndQuestion room={room} onLeave={() => phone.end("leave")} onStay={() => phone.stay()} />
      )}
      {over && hangUp && (
        <p role="status" className={hangUp === "failed" ? styles.problem : styles.note} data-hang-up={hangUp}>
          {say(`calling:hangUp.${hangUp}`)}
        </p>
      )}
      {callSid && talking && (conference || recording) && (
        <div className={styles.extras}>
          {recording && <RecordingPanel key={`recording-${callSid}`} call={callSid} name={opening(calleeOf(target))} />}
          {conference && <RoomPanel key={`room-${callSid}`} call={callSid} />}
        </div>
      )}
      {callSid && waits && <BackToCall call={callSid} onBack={() => void phone.rejoin(target, callSid)} />}
    </>
  );
}
