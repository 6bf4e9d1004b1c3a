import { IconAlertTriangle, IconCircleCheck, IconPhone, IconPhoneCalling, IconPhoneOff } from "@tabler/icons-react";
import type { Appointment } from "../backend";
import type { Tone } from "../history/words";
import { useServices } from "../services";
import { lastCallee, lastCallWords, patientsOf } from "./day";
import styles from "./today.module.css";

const ICON = {
  plain: IconPhone,
  active: IconPhoneCalling,
  good: IconCircleCheck,
  warning: IconPhoneOff,
  danger: IconAlertTriangle,
} satisfies Record<Tone, unknown>;

export function LastCallCell({ appointment, now }: { appointment: Appointment; now: number }) {
  const { time } = useServices();
  const call = appointment.lastCall;
  if (!call) return <span className={styles.none}>No call yet</span>;
  const { text, tone } = lastCallWords(call, time, now);
  const callee = lastCallee(call, patientsOf(appointment));
  const Icon = ICON[tone];
  return (
    <span className={styles.lastCall} data-tone={tone}>
      <Icon aria-hidden size={18} />
      <span>
        {text}
        {callee && <span className={styles.callee}>{callee}</span>}
      </span>
    </span>
  );
}
