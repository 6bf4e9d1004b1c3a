import { IconAlertTriangle, IconCircleCheck, IconPhone, IconPhoneCalling, IconPhoneOff } from "@tabler/icons-react";
import type { LastCall } from "../backend";
import type { Tone } from "../history/words";
import { useServices } from "../services";
import { lastCallWords } from "./day";
import styles from "./today.module.css";

const ICON = {
  plain: IconPhone,
  active: IconPhoneCalling,
  good: IconCircleCheck,
  warning: IconPhoneOff,
  danger: IconAlertTriangle,
} satisfies Record<Tone, unknown>;

export function LastCallCell({ call, now }: { call: LastCall | null; now: number }) {
  const { time } = useServices();
  if (!call) return <span className={styles.none}>No call yet</span>;
  const { text, tone } = lastCallWords(call, time, now);
  const Icon = ICON[tone];
  return (
    <span className={styles.lastCall} data-tone={tone}>
      <Icon aria-hidden size={18} />
      <span>{text}</span>
    </span>
  );
}
