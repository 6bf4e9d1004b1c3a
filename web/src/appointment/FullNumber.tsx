import { Button } from "@mantine/core";
import { IconCheck, IconCopy, IconEye, IconEyeOff } from "@tabler/icons-react";
import { useServices } from "../services";
import { useCopy } from "../useCopy";
import { say } from "../words";
import styles from "./appointment.module.css";
import { grouped } from "./grouped";
import type { Choice } from "./targets";
import { useReveal } from "./useReveal";

/** A number in full, for whoever asks: for reading it to a colleague, or dialling it on another telephone. */
export function FullNumber({ choice }: { choice: Choice }) {
  const { settings } = useServices();
  const { target } = choice;
  const { ending } = target;
  const { reveal, owed, show, hide } = useReveal(target);
  const shown = reveal.kind === "shown";
  return (
    <div className={styles.full}>
      {shown && <span className={styles.digits}>{grouped(target.number, settings.language)}</span>}
      {/* One button in one place: the focus stays on what was pressed. */}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={shown ? <IconEyeOff aria-hidden size={16} /> : <IconEye aria-hidden size={16} />}
        onClick={shown ? hide : show}
        aria-label={say(shown ? "appointment:hideOf" : "appointment:showOf", { ending })}
      >
        {say(`appointment:${shown ? "hide" : reveal.kind === "asking" ? "asking" : "show"}`)}
      </Button>
      {shown && <Copy number={target.number} ending={ending} />}
      <span role="status" className={styles.notShown}>
        {reveal.kind === "failed" && say("appointment:notShown", { why: reveal.why })}
        {owed && say("appointment:owed")}
      </span>
    </div>
  );
}

function Copy({ number, ending }: { number: string; ending: string }) {
  const { copied, copy } = useCopy(number);
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={copied ? <IconCheck aria-hidden size={16} /> : <IconCopy aria-hidden size={16} />}
      onClick={copy}
      aria-label={say("appointment:copyOf", { ending })}
    >
      {copied ? say("appointment:copied") : say("appointment:copy")}
    </Button>
  );
}
