// A number in full: for whoever asks, once the service has kept that they did. Where it is away, the number is shown
// all the same, and it is told later (docs/decisions/0016-who-looked-at-whom.md).
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { BackendError } from "../backend";
import type { Target } from "../calling/state";
import { useServices } from "../services";
import { say } from "../words";
import { isAway, type Look } from "./owedlooks";

export type Reveal =
  | { kind: "hidden" }
  | { kind: "asking" }
  /** look: the service was away, and is told when it is back. */
  | { kind: "shown"; look?: Look }
  /** A sentence for the person. */
  | { kind: "failed"; why: string };

export interface Revealing {
  reveal: Reveal;
  /** It is shown, and the service has not been told yet. */
  owed: boolean;
  show(): void;
  hide(): void;
}

/** It is hidden again with the page. */
export function useReveal({ appointment, recipient, ending }: Target): Revealing {
  const { backend, owedLooks } = useServices();
  const [reveal, setReveal] = useState<Reveal>({ kind: "hidden" });
  const owed = useSyncExternalStore(
    owedLooks.subscribe,
    () => reveal.kind === "shown" && reveal.look !== undefined && owedLooks.owes(reveal.look),
  );
  const asked = useRef<AbortController>(undefined);
  useEffect(() => () => asked.current?.abort(), []);

  async function ask(controller: AbortController) {
    try {
      await backend.reveal(appointment, { of: recipient, ending }, controller.signal);
      if (!controller.signal.aborted) setReveal({ kind: "shown" });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (isAway(error)) {
        const look = { appointment, of: recipient, ending };
        owedLooks.owe(look);
        setReveal({ kind: "shown", look });
        return;
      }
      const why = error instanceof BackendError ? error.sentence : say("appointment:unexpected");
      setReveal({ kind: "failed", why });
    }
  }

  return {
    reveal,
    owed,
    show() {
      if (reveal.kind === "asking") return;
      const controller = new AbortController();
      asked.current = controller;
      setReveal({ kind: "asking" });
      void ask(controller);
    },
    hide: () => setReveal({ kind: "hidden" }),
  };
}
