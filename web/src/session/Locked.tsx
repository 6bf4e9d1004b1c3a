import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconLock, IconLockOpen } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useServices } from "../services";
import { useTitle } from "../title";
import { say } from "../words";
import { sentenceOf } from "./session";
import styles from "./session.module.css";

/** In place of everything, until the person is back. The page is still there behind it: a note half written too. */
export function Locked({ name, note }: { name: string; note: string | undefined }) {
  const { session, settings } = useServices();
  const heading = useRef<HTMLHeadingElement>(null);
  const [problem, setProblem] = useState<string>();
  useTitle(say("session:locked.title"));
  useEffect(() => heading.current?.focus(), []);
  const open = (how: () => Promise<void>) => () => {
    setProblem(undefined);
    how().catch((error: unknown) => setProblem(sentenceOf(error)));
  };
  const wrong = problem ?? note;
  return (
    <main className={styles.door}>
      <Paper withBorder p="xl" className={styles.card}>
        <Stack gap="md" align="flex-start">
          <Text c="dimmed">{settings.organisation}</Text>
          <Title order={1} ref={heading} tabIndex={-1} className={styles.title}>
            <IconLock aria-hidden size={28} /> {say("session:locked.title")}
          </Title>
          <Text>{say("session:locked.note")}</Text>
          {wrong && (
            <Text role="alert" c="var(--cl-danger-ink)">
              {wrong}
            </Text>
          )}
          {name !== "" && <Text c="dimmed">{say("session:locked.who", { name })}</Text>}
          <Button
            onClick={open(() => session.signInBeside())}
            leftSection={<IconLockOpen aria-hidden size={20} />}
            fullWidth
          >
            {say("session:locked.unlock")}
          </Button>
          <Button variant="subtle" onClick={open(() => session.signIn("/"))} fullWidth>
            {say("session:locked.other")}
          </Button>
        </Stack>
      </Paper>
    </main>
  );
}
