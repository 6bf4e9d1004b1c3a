import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { say } from "../words";
import { browserNotifier } from "./attention";
import styles from "./CallDock.module.css";
import { askedToTell, tellElsewhere } from "./telling";

/**
 * Offers, to whoever comes back to the page in a call, to be told of it in another window from now on. Once: neither
 * after a yes, nor after a no, nor where the browser has been asked already.
 */
export function TellOffer() {
  const notifier = browserNotifier(window);
  const [left, setLeft] = useState(false);
  const [asked, setAsked] = useState(askedToTell);
  useEffect(() => {
    const leave = () => setLeft(true);
    addEventListener("blur", leave);
    return () => removeEventListener("blur", leave);
  }, []);
  if (!notifier || asked || !left || notifier.permission() !== "default") return null;

  const answer = async (yes: boolean) => {
    setAsked(true);
    tellElsewhere(yes && (await notifier.ask()) === "granted");
  };
  return (
    <section className={styles.offer} aria-label={say("calling:tell.label")}>
      <p>{say("calling:tell.question")}</p>
      <Button variant="default" size="compact-md" onClick={() => void answer(true)}>
        {say("calling:tell.yes")}
      </Button>
      <Button variant="subtle" size="compact-md" onClick={() => void answer(false)}>
        {say("calling:tell.no")}
      </Button>
    </section>
  );
}
