import { Button, Text } from "@mantine/core";
import { IconCloudOff, IconWifiOff } from "@tabler/icons-react";
import { useLive, useServices, useSessionState } from "../services";
import { say } from "../words";
import styles from "./live.module.css";

/** Says calmly that what is shown may be a little old; and plainly when no call can be made. */
export function LiveNotice() {
  const { live } = useServices();
  const updates = useLive(({ updates }) => updates);
  const signedIn = useSessionState().kind === "in";
  const wrong = signedIn && updates !== "live" && updates !== "starting" ? updates : undefined;
  const Icon = wrong === "offline" ? IconWifiOff : IconCloudOff;
  return (
    <div className={wrong && styles.notice}>
      {/* Always there, so that a screen reader hears it change. */}
      <div role="status" className={styles.words}>
        {wrong && (
          <>
            <Icon aria-hidden size={20} />
            <Text>{say(`live:${wrong}`)}</Text>
          </>
        )}
      </div>
      {wrong && wrong !== "offline" && (
        <Button variant="default" onClick={() => live.start()}>
          {say("live:tryNow")}
        </Button>
      )}
    </div>
  );
}
