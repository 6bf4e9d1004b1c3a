import {
  IconAlertTriangle,
  IconCircleCheck,
  IconPhone,
  IconPhoneCalling,
  IconPhoneIncoming,
  IconPhoneOff,
} from "@tabler/icons-react";
import type { Appointment, CalledBack } from "../backend";
import type { Tone } from "../history/words";
import { useLive, useServices } from "../services";
import { say } from "../words";
import { lastCallee, lastCallWords, patientsOf } from "./day";
import { calledBackSince } from "./filters";
import styles from "./list.module.css";

const ICON = {
  plain: IconPhone,
  active: IconPhoneCalling,
  good: IconCircleCheck,
  warning: IconPhoneOff,
  danger: IconAlertTriangle,
} satisfies Record<Tone, unknown>;

/** How the last call went, and whether somebody has rung back since. */
export function LastCallCell({ appointment, now }: { appointment: Appointment; now: number }) {
  const told = useLive(({ calledBack }) => calledBack.get(appointment.id));
  const since = calledBackSince(appointment, told);
  return (
    <>
      {since && <CalledBackLine calledBack={since} now={now} />}
      <LastCall appointment={appointment} now={now} />
    </>
  );
}

function LastCall({ appointment, now }: { appointment: Appointment; now: number }) {
  const { time } = useServices();
  const call = appointment.lastCall;
  if (!call) return <span className={styles.quiet}>{say("today:noCall")}</span>;
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

function CalledBackLine({ calledBack, now }: { calledBack: CalledBack; now: number }) {
  const { time } = useServices();
  const { at } = calledBack;
  const clock = time.clock(at);
  const here = time.dayOf(at) === time.dayOf(now);
  return (
    <span className={styles.lastCall} data-tone="active">
      <IconPhoneIncoming aria-hidden size={18} />
      <span>
        {here ? say("today:calledBack", { clock }) : say("today:calledBackOn", { day: time.shortDay(at), clock })}
      </span>
    </span>
  );
}
