import { IconMicrophone, IconPhone, IconRefresh, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import styles from "./CallDock.module.css";
import { Control } from "./Controls";
import type { Face } from "./face";

interface OffersProps {
  face: Face;
  /** What is asked is whether to call a household. */
  household: boolean;
  on: {
    again(): void;
    confirm(): void;
    leave(): void;
    check(): void;
    changeMicrophone(): void;
  };
}

/** What can be done next: in a row of its own, away from the spots of the controls. */
export function Offers(props: OffersProps) {
  const offers = offersOf(props);
  return offers && <div className={styles.offers}>{offers}</div>;
}

function offersOf({ face, household, on }: OffersProps): ReactNode {
  switch (face.controls) {
    case "ask":
      return (
        <>
          <Control once name="leave" Icon={IconX} onPress={on.leave} variant="filled">
            Do not call
          </Control>
          <Control once name="confirm" Icon={IconPhone} onPress={on.confirm}>
            {household ? "Call the household" : "Call all the same"}
          </Control>
        </>
      );
    case "again":
      return (
        <Control once name="again" Icon={IconPhone} onPress={on.again}>
          Call again
        </Control>
      );
    case "retry":
      return (
        <Control once name="again" Icon={IconRefresh} onPress={on.again}>
          Try again
        </Control>
      );
    case "check":
      return (
        <Control once name="check" Icon={IconRefresh} onPress={on.check}>
          Check again
        </Control>
      );
    case "talking":
      if (face.kind !== "silent-microphone") return null;
      return (
        <Control name="microphone" Icon={IconMicrophone} onPress={on.changeMicrophone}>
          Change microphone
        </Control>
      );
  }
  return null;
}
