import { Button, Text } from "@mantine/core";
import { IconLogout2, IconUser } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useSignOut } from "./after/use";
import styles from "./Shell.module.css";
import { useInCall, useSessionState } from "./services";

/** Who is signed in, and the way out. */
export function Account() {
  const leave = useSignOut();
  const state = useSessionState();
  const inCall = useInCall();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!inCall) setAsked(false);
  }, [inCall]);
  const name = "name" in state ? state.name : "";
  const signOut = () => {
    // The call needs the session: leaving would cut the patient off.
    if (inCall) setAsked(true);
    else void leave();
  };
  return (
    <div className={styles.account}>
      {name !== "" && (
        <Text className={styles.who} size="sm">
          <IconUser aria-hidden size={18} />
          <span>{name}</span>
        </Text>
      )}
      <Button
        variant="subtle"
        color="gray"
        className={styles.signOut}
        aria-label="Sign out"
        aria-disabled={inCall || undefined}
        onClick={signOut}
      >
        <IconLogout2 aria-hidden size={20} />
        <span className={styles.wide}>Sign out</span>
      </Button>
      <div role="status" className={asked ? styles.hint : undefined}>
        {asked ? "End your call first, then sign out." : ""}
      </div>
    </div>
  );
}
