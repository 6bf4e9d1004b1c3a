import { Button, Text } from "@mantine/core";
import { IconLogin2 } from "@tabler/icons-react";
import { useState } from "react";
import { useInCall, useServices, useSessionState } from "../services";
import { sentenceOf } from "./session";
import styles from "./session.module.css";

/** Above a call whose session has ended. The sign-in opens beside it, so the call goes on. */
export function SessionLost() {
  const { session } = useServices();
  const state = useSessionState();
  const inCall = useInCall();
  const [problem, setProblem] = useState<string>();
  if (state.kind !== "lost" && state.kind !== "other") return null;
  const signIn = () => {
    setProblem(undefined);
    session.signInBeside().catch((error: unknown) => setProblem(sentenceOf(error)));
  };
  return (
    <section className={styles.lost} aria-label="Your session">
      <Text role="alert">
        {state.note} {inCall && state.kind === "lost" ? "Your call goes on." : ""} {problem}
      </Text>
      {state.kind === "lost" && (
        <Button variant="default" onClick={signIn} leftSection={<IconLogin2 aria-hidden size={20} />}>
          Sign in again
        </Button>
      )}
    </section>
  );
}
