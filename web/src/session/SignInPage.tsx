import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconLogin2 } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { useServices, useSessionState } from "../services";
import { useTitle } from "../title";
import { say } from "../words";
import { Arriving } from "./SignedIn";
import { sentenceOf } from "./session";
import styles from "./session.module.css";

export function SignInPage({ note }: { note: string | undefined }) {
  useTitle(say("session:title"));
  return useSessionState().kind === "arriving" ? <Arriving /> : <Door note={note} />;
}

function Door({ note }: { note: string | undefined }) {
  const { session, settings } = useServices();
  const [location] = useLocation();
  const search = useSearch();
  const [going, setGoing] = useState(false);
  const [problem, setProblem] = useState<string>();

  const signIn = () => {
    if (going) return;
    setGoing(true);
    setProblem(undefined);
    session.signIn(search ? `${location}?${search}` : location).catch((error: unknown) => {
      setGoing(false);
      setProblem(sentenceOf(error));
    });
  };

  return (
    <main className={styles.door}>
      <Paper withBorder p="xl" className={styles.card}>
        <Stack gap="md" align="flex-start">
          <Text c="dimmed">{settings.organisation}</Text>
          <Title order={1}>{say("session:app")}</Title>
          <Text role="status">{note ?? say("session:welcome")}</Text>
          {problem && (
            <Text role="alert" c="var(--cl-danger-ink)">
              {problem}
            </Text>
          )}
          <Button
            onClick={signIn}
            aria-disabled={going || undefined}
            leftSection={<IconLogin2 aria-hidden size={20} />}
            fullWidth
          >
            {going ? say("session:opening") : say("session:signIn")}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
