import { Paper, Stack, Text, Title } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useServices } from "../services";
import { useTitle } from "../title";
import { say } from "../words";
import styles from "./session.module.css";

/** Where the sign-in service sends the browser back to. */
export function SignedIn() {
  const { session } = useServices();
  const [, navigate] = useLocation();
  const begun = useRef(false);
  const [beside, setBeside] = useState(false);
  useTitle(say("session:title"));

  useEffect(() => {
    if (begun.current) return; // a code is good for one use
    begun.current = true;
    const answer = new URLSearchParams(window.location.search);
    void session.arrive(answer).then((next) => {
      if (next !== "") {
        navigate(next, { replace: true }); // and the code is out of the address
        return;
      }
      window.history.replaceState(null, "", window.location.pathname);
      setBeside(true);
      window.close();
    });
  }, [session, navigate]);

  return <Arriving beside={beside} />;
}

/** A sign-in is under way and asks for nothing; `beside` a page that had it done in a window of its own. */
export function Arriving({ beside = false }: { beside?: boolean }) {
  return (
    <main className={styles.door}>
      <Paper withBorder p="xl" className={styles.card}>
        <Stack gap="md">
          <Title order={1}>{say(beside ? "session:closeWindow" : "session:arriving")}</Title>
          <Text role="status">{say(beside ? "session:closeWindowNote" : "session:arrivingNote")}</Text>
        </Stack>
      </Paper>
    </main>
  );
}
