import { IconMicrophone, IconPhone, IconRefresh, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { say } from "../words";
import styles from "./CallDock.module.css";
import { Control } from "./Controls";
import type { Face } from "./face";
import type { OtherNumber } from "./numbers";
import type { Target } from "./state";

interface OffersProps {
  face: Face;
  /** What is asked is whether to call a household. */
  household: boolean;
  /** Where the same person may be reached too. */
  others: readonly OtherNumber[];
  on: {
    other(target: Target): void;
    again(): void;
    confirm(): void;
    leave(): void;
    check(): void;
    changeMicrophone(): void;
  };
}

/** What can be done next: in a row of its own, away from the spots of the controls. */
export function Offers(props: OffersProps) {
  const { face, others, on } = props;
  const offers = offersOf(props);
  const also = face.controls === "talking" ? [] : others;
  if (!offers && also.length === 0) return null;
  return (
    <div className={styles.offers}>
      {offers}
      {also.map(({ target, label }) => (
        <Control once key={label} name="other" Icon={IconPhone} onPress={() => on.other(target)}>
          {label}
        </Control>
      ))}
    </div>
  );
}

function offersOf({ face, household, on }: OffersProps): ReactNode {
  switch (face.controls) {
    case "ask":
      return (
        <>
          <Control once name="leave" Icon={IconX} onPress={on.leave} variant="filled">
            {say("calling:offer.leave")}
          </Control>
          <Control once name="confirm" Icon={IconPhone} onPress={on.confirm}>
            {household ? say("calling:offer.household") : say("calling:offer.confirm")}
          </Control>
        </>
      );
    case "again":
      return (
        <Control once name="again" Icon={IconPhone} onPress={on.again}>
          {say("calling:offer.again")}
        </Control>
      );
    case "retry":
      return (
        <Control once name="again" Icon={IconRefresh} onPress={on.again}>
          {say("calling:offer.retry")}
        </Control>
      );
    case "check":
      return (
        <Control once name="check" Icon={IconRefresh} onPress={on.check}>
          {say("calling:offer.check")}
        </Control>
      );
    case "talking":
      if (face.kind !== "silent-microphone") return null;
      return (
        <Control name="microphone" Icon={IconMicrophone} onPress={on.changeMicrophone}>
          {say("calling:offer.changeMicrophone")}
        </Control>
      );
  }
  return null;
}
