import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { say } from "../words";
import { browserNotifier } from "./attention";
import styles from "./CallDock.module.css";
import { askedToTell, tellElsewhere } from "./telling";

interface TellOfferProps {
  /** Its button is about to go, and with it the focus. */
  onAnswered(): void;
}

/**
 * Offers, to whoever comes back to the page in a call, to be told of it in another window from now on. Once: neither
 * after a yes, nor after a no, nor where the browser has been asked already.
 */
export function TellOffer({ onAnswered }: TellOfferProps) {
  const notifier = browserNotifier(window);
  const { left, back } = useLeft();
  const [asked, setAsked] = useState(askedToTell);
  if (!notifier || asked || notifier.permission() !== "default") return null;

  const answer = async (yes: boolean) => {
    onAnswered();
    setAsked(true);
    tellElsewhere(yes && (await notifier.ask()) === "granted");
  };
  return (
    <>
      {left && (
        <section className={styles.offer} aria-label={say("calling:tell.label")}>
          <p>{say("calling:tell.question")}</p>
          <Button variant="default" size="compact-md" onClick={() => void answer(true)}>
            {say("calling:tell.yes")}
          </Button>
          <Button variant="subtle" size="compact-md" onClick={() => void answer(false)}>
            {say("calling:tell.no")}
          </Button>
        </section>
      )}
      {/* Of a window that is not in front a screen reader tells nothing: it is said to whoever is back. */}
      <div role="status" className="cl-spoken" data-testid="tell-offer">
        {back && say("calling:tell.spoken")}
      </div>
    </>
  );
}

/** Whether the page was left, and whether the person has been back in it since. */
function useLeft(): { left: boolean; back: boolean } {
  const [left, setLeft] = useState(false);
  const [back, setBack] = useState(false);
  useEffect(() => {
    const leave = () => setLeft(true);
    addEventListener("blur", leave);
    return () => removeEventListener("blur", leave);
  }, []);

  useEffect(() => {
    if (!left) return;
    const arrive = () => setBack(true);
    addEventListener("focus", arrive);
    return () => removeEventListener("focus", arrive);
  }, [left]);
  return { left, back };
}
