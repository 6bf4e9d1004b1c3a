import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { Link, useLocation } from "wouter";
import { useRowCall } from "../appointment/rowcall";
import type { Appointment, Day } from "../backend";
import { useCallsOff } from "../calling/settling";
import { usePhone, useServices } from "../services";
import { say } from "../words";
import { bornWords, nameOf, patientsOf } from "./day";
import { LastCallCell } from "./LastCallCell";
import { addressOf } from "./place";
import { isPlain } from "./plain";
import styles from "./today.module.css";
import { useNext } from "./useNext";
import type { ShownDay } from "./useShownDay";

export interface NextPatientProps {
  /** As it is known. */
  list: Day | undefined;
  shown: ShownDay;
}

/** Beside the list while no appointment is open: whom to turn to now. */
export function NextPatient({ list, shown }: NextPatientProps) {
  const { now, day, today } = shown;
  const called = usePhone(({ call }) => call?.target.appointment);
  const next = useNext(day === today ? list?.appointments : undefined, called);
  if (!list) return null;
  if (!next) {
    // Of what could not be read nobody knows whether it waits.
    const none = day === today && !list.unread;
    return (
      <div className={styles.nobody}>
        {none && <Text fw={600}>{say(called === undefined ? "today:nobodyNext" : "today:nobodyElse")}</Text>}
        <Text c="dimmed">{say("today:chooseOne")}</Text>
      </div>
    );
  }
  return <Next appointment={next} now={now} address={addressOf(day, today, next.id)} />;
}

function Next({ appointment, now, address }: { appointment: Appointment; now: number; address: string }) {
  const { time } = useServices();
  const { start, reason } = appointment;
  return (
    <Stack gap="sm" className={styles.nextPatient}>
      <Text c="dimmed" className={styles.figures}>
        {say("today:next")}
        {start && ` · ${time.clock(start)}`}
      </Text>
      <Title order={2} className={styles.nextName}>
        {nameOf(appointment)}
      </Title>
      <Text c="dimmed">{patientsOf(appointment).map(bornWords).join(" · ")}</Text>
      {reason && <Text>{reason}</Text>}
      <div>
        <LastCallCell appointment={appointment} now={now} />
      </div>
      <Acts appointment={appointment} address={address} />
    </Stack>
  );
}

function Acts({ appointment, address }: { appointment: Appointment; address: string }) {
  const { softphone } = useServices();
  const callsOff = useCallsOff();
  const [, navigate] = useLocation();
  const { pending, callOrOpen } = useRowCall();
  const plain = isPlain(appointment);
  const off = callsOff || pending !== undefined;
  const press = async () => {
    if (off) return;
    await callOrOpen(appointment);
    // Beside the list there is room for whom one speaks with.
    if (softphone.getState().call?.target.appointment === appointment.id) navigate(address);
  };
  return (
    <Group gap="sm" mt="xs">
      {plain && (
        <Button
          leftSection={<IconPhone aria-hidden size={20} />}
          aria-disabled={off || undefined}
          onClick={() => void press()}
        >
          {say("today:callOne", { name: nameOf(appointment) })}
        </Button>
      )}
      <Button component={Link} href={address} variant={plain ? "default" : "filled"}>
        {say("today:open")}
      </Button>
    </Group>
  );
}
