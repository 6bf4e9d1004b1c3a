import { Button } from "@mantine/core";
import { IconPhone } from "@tabler/icons-react";
import { useSoftphone } from "../calling/context";
import { type Face, startFace } from "../calling/face";
import { useSettling } from "../calling/settling";
import type { Target } from "../calling/state";
import { calleeOf } from "../calling/words";
import { say } from "../words";
import styles from "./appointment.module.css";

interface StartCardProps {
  /** The numbers that may be called, all of one appointment. */
  choices: readonly Target[];
  /** The chosen one; null when nobody is chosen, or there is no number. */
  target: Target | null;
  appointment: { id: string };
  /** There are numbers, and none of them can be dialled. */
  refused?: boolean;
}

/** Where a call begins, and what hinders one before it does. Once it has begun the dock tells of it. */
export function StartCard({ choices, target, appointment, refused = false }: StartCardProps) {
  const { state, phone } = useSoftphone();
  const off = useSettling();
  const face = startFace(state, { appointment: appointment.id, target, choices });
  if (!face) return null;
  return (
    <section className={styles.start} aria-label={say("appointment:start")} data-testid="start-card">
      {face.controls === "call" && target && (
        <Button
          size="lg"
          className={styles.call}
          leftSection={<IconPhone size={22} aria-hidden />}
          // The second press of a double click would ask, or call, once more.
          onClick={(event) => off || event.detail > 1 || void phone.call(target)}
          aria-disabled={off || undefined}
        >
          {say("appointment:call", { name: calleeOf(target) })}
        </Button>
      )}
      <Hint face={refused && face.kind === "nobody" ? { ...face, note: say("appointment:allRefused") } : face} />
    </section>
  );
}

/** What is to be known before a call; "Ready to call" is said by the button already. */
function Hint({ face }: { face: Face }) {
  return (
    <div data-tone={face.tone} className={styles.startHint}>
      {face.kind !== "ready" && <h2>{face.heading}</h2>}
      {face.note && <p>{face.note}</p>}
    </div>
  );
}
