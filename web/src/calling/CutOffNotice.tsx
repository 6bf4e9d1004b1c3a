import { Button } from "@mantine/core";
import { IconPhone, IconPlugConnectedX, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link } from "wouter";
import { choicesOf } from "../appointment/targets";
import { BackendError } from "../backend";
import { keys } from "../live/caches";
import { opening } from "../people";
import { useMe } from "../queries";
import { BackToCall } from "../room/parts";
import { useLive, useServices } from "../services";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { Control } from "./Controls";
import { calleeOf } from "./callee";
import { type CutOff, targetOf } from "./cutoff";
import { useAppointmentOf } from "./numbers";
import type { Target } from "./state";

interface CutOffNoticeProps {
  cut: CutOff;
  onCall(target: Target): void;
  /** Into the same call, which waits in its room. */
  onBack(target: Target, key: string): void;
  onClose(): void;
}

/** Says, after a page was loaded again in a call, that the call was cut off, and how to go on. */
export function CutOffNotice({ cut, onCall, onBack, onClose }: CutOffNoticeProps) {
  const { data: appointment, error } = useAppointmentOf(cut.appointment);
  // Somebody else has signed in in this tab: it was never their call.
  const foreign = error instanceof BackendError && (error.code === "forbidden" || error.code === "not-found");
  useEffect(() => {
    if (foreign) onClose();
  }, [foreign, onClose]);
  const target =
    appointment &&
    targetOf(
      cut,
      choicesOf(appointment).map((one) => one.target),
    );
  const over = useOver(cut);
  const { conference } = useMe();
  const note = over === undefined ? "looking" : over ? "over" : "goesOn";
  const href = `/appointments/${encodeURIComponent(cut.appointment)}`;
  return (
    <>
      <div className={styles.row}>
        <div className={styles.band} data-band data-state="cut-off" tabIndex={-1}>
          <IconPlugConnectedX size={28} aria-hidden className={styles.icon} />
          <div className={styles.words} role="status">
            <div className={styles.first}>
              {target && (
                <Link href={href} className={styles.name}>
                  {opening(calleeOf(target))}
                </Link>
              )}
              <h2 className={styles.heading}>{say("calling:cutOff.heading")}</h2>
            </div>
            <p className={styles.note}>{say(`calling:cutOff.${note}`)}</p>
          </div>
        </div>
        <div className={styles.controls}>
          <Control once name="close" Icon={IconX} onPress={onClose}>
            {say("calling:control.close")}
          </Control>
        </div>
      </div>
      {conference && target && cut.key && over !== true && (
        <BackToCall call={cut.key} onBack={() => onBack(target, cut.key ?? "")} />
      )}
      <div className={styles.offers}>
        {target && (
          <Control once name="again" Icon={IconPhone} onPress={() => onCall(target)}>
            {say("calling:offer.again")}
          </Control>
        )}
        <Button component={Link} href={href} variant="default" className={styles.control}>
          {say("calling:cutOff.appointment")}
        </Button>
      </div>
    </>
  );
}

/** Whether the call has ended, by the server's word; undefined while it has not said. */
function useOver({ appointment, key }: CutOff): boolean | undefined {
  const { backend } = useServices();
  const told = useLive(({ calls }) => calls.get(appointment)?.find(({ call }) => call.key === key));
  const { data } = useQuery({
    queryKey: keys.calls(appointment),
    queryFn: ({ signal }) => backend.calls(appointment, signal),
    enabled: key !== undefined,
    refetchInterval: ({ state }) => (state.data?.find((one) => one.key === key)?.final ? false : 2_000),
  });
  const recorded = data?.find((one) => one.key === key);
  if (told?.call.final || recorded?.final) return true;
  return told || recorded ? false : undefined;
}
