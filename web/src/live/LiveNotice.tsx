import { Button, Text } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useLive, useServices, useSessionState } from "../services";
import styles from "./live.module.css";

/** Says calmly that what is shown may be a little old. */
export function LiveNotice() {
  const { live } = useServices();
  const lost = useLive(({ updates }) => updates === "lost");
  const signedIn = useSessionState().kind === "in";
  const shown = lost && signedIn;
  return (
    <div className={shown ? styles.notice : undefined}>
      {/* Always there, so that a screen reader hears it change. */}
      <div role="status" className={styles.words}>
        {shown && (
          <>
            <IconCloudOff aria-hidden size={20} />
            <Text>Live updates are paused. What you see may be a little old; we keep trying.</Text>
          </>
        )}
      </div>
      {shown && (
        <Button variant="default" onClick={() => live.start()}>
          Try now
        </Button>
      )}
    </div>
  );
}
