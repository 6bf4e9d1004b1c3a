import { Button } from "@mantine/core";
import { IconMicrophone, IconMicrophoneOff, IconPhoneOff } from "@tabler/icons-react";
import { useRef } from "react";
import { Link } from "wouter";
import { opening } from "../people";
import { useServices } from "../services";
import styles from "./CallBar.module.css";
import { useSoftphone } from "./context";
import { callFace, inAnotherTab } from "./face";
import { Timer } from "./Timer";
import { isLive } from "./transitions";
import { useLeftFocus } from "./useKeptFocus";
import { calleeOf } from "./words";

/** The live call, on every page below the header. */
export function CallBar() {
  const { time } = useServices();
  const { state, phone } = useSoftphone();
  const { call } = state;
  const bar = useRef<HTMLElement>(null);
  useLeftFocus(bar);
  if (!isLive(call)) {
    if (!state.elsewhere) return null;
    return <p className={styles.elsewhere}>{inAnotherTab}.</p>;
  }
  const { heading, Icon, tone, controls } = callFace(call, time.clock);
  const talking = controls === "talking";
  return (
    <section ref={bar} className={styles.bar} aria-label="Live call" data-testid="call-bar" data-tone={tone}>
      <Icon size={24} aria-hidden className={styles.icon} />
      <div className={styles.who}>
        <Link href={`/appointments/${encodeURIComponent(call.target.appointment)}`} className={styles.name}>
          {opening(calleeOf(call.target))}
        </Link>
        <span className={styles.state}>{heading}</span>
      </div>
      <Timer call={call} className={styles.timer} />
      <div className={styles.actions}>
        {talking && (
          <Button
            variant={call.muted ? "filled" : "default"}
            leftSection={
              call.muted ? <IconMicrophoneOff size={20} aria-hidden /> : <IconMicrophone size={20} aria-hidden />
            }
            onClick={() => phone.setMuted(!call.muted)}
          >
            {call.muted ? "Unmute" : "Mute"}
          </Button>
        )}
        <Button
          color="red"
          leftSection={<IconPhoneOff size={20} aria-hidden />}
          // The second press of a double click is not meant: Cancel may have become End call.
          onClick={(event) => event.detail > 1 || phone.end()}
        >
          {talking ? "End call" : "Cancel"}
        </Button>
      </div>
    </section>
  );
}
