import { Button, Text } from "@mantine/core";
import { IconLogin2 } from "@tabler/icons-react";
import { useState, useSyncExternalStore } from "react";
import { useInCall, useServices, useSessionState } from "../services";
import { say } from "../words";
import { sentenceOf } from "./session";
import styles from "./session.module.css";

/** What is to be said of the session above the page: that it is over, or that the page is about to lock. */
export function SessionLost() {
  const state = useSessionState();
  if (state.kind === "in") return <LocksSoon />;
  if (state.kind !== "lost" && state.kind !== "other") return null;
  return <Over note={state.note} lost={state.kind === "lost"} />;
}

/** Above a call whose session has ended. The sign-in opens beside it, so the call goes on. */
function Over({ note, lost }: { note: string; lost: boolean }) {
  const { session } = useServices();
  const inCall = useInCall();
  const [problem, setProblem] = useState<string>();
  const signIn = () => {
    setProblem(undefined);
    session.signInBeside().catch((error: unknown) => setProblem(sentenceOf(error)));
  };
  return (
    <section className={styles.lost} aria-label={say("session:region")}>
      <Text role="alert">
        {note} {inCall && lost ? say("session:callGoesOn") : ""} {problem}
      </Text>
      {lost && (
        <Button variant="default" onClick={signIn} leftSection={<IconLogin2 aria-hidden size={20} />}>
          {say("session:again")}
        </Button>
      )}
    </section>
  );
}

function LocksSoon() {
  const { idle } = useServices();
  const soon = useSyncExternalStore(idle.subscribe, idle.getState);
  if (!soon) return null;
  return (
    <section className={styles.lost} aria-label={say("session:region")}>
      <Text role="alert">{say("session:locked.soon")}</Text>
    </section>
  );
}
