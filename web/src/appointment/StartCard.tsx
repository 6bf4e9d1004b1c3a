import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useSoftphone } from "../calling/context";
import { startFace } from "../calling/face";
import type { Target } from "../calling/state";
import { calleeOf } from "../calling/words";
import { opening } from "../people";

interface StartCardProps {
  /** The numbers that may be called, all of one appointment. */
  choices: readonly Target[];
  /** The chosen one; null when nobody is chosen, or there is no number. */
  target: Target | null;
  appointment: { id: string };
}

/** Where a call begins, and what hinders one before it does. Once it has begun the dock tells of it. */
export function StartCard({ choices, target, appointment }: StartCardProps) {
  const { state, phone } = useSoftphone();
  const face = startFace(state, { appointment: appointment.id, target, choices });
  if (!face) return null;
  const warns = face.tone === "warning";
  return (
    <Paper component="section" withBorder p="md" aria-label="Start a call" data-testid="start-card">
      <Stack gap="sm" align="flex-start">
        {target && (
          <Text c="dimmed">
            {opening(calleeOf(target))}, number ending {target.ending}
            {target.extension && `, extension ${target.extension}`}
          </Text>
        )}
        <div>
          <Title order={2} size="h4" data-tone={face.tone} {...(warns ? { c: "var(--cl-warning-ink)" } : {})}>
            {face.heading}
          </Title>
          {face.note && <Text>{face.note}</Text>}
        </div>
        {face.controls === "call" && target && (
          <Button
            size="lg"
            h="auto"
            mih="3rem"
            maw="100%"
            py="xs"
            styles={{ label: { whiteSpace: "normal", overflowWrap: "anywhere" } }}
            leftSection={<IconPhone size={22} aria-hidden />}
            // The second press of a double click would ask, or call, once more.
            onClick={(event) => event.detail > 1 || void phone.call(target)}
          >
            Call {calleeOf(target)}
          </Button>
        )}
      </Stack>
    </Paper>
  );
}
