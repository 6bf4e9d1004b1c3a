import type { RecordedCall } from "../backend";
import panel from "../calling/panel.module.css";
import { say } from "./words";

/** What was decided of recording a call that the record tells of. */
export default function PastConsent({ consent }: { consent: NonNullable<RecordedCall["consent"]> }) {
  return <p className={panel.past}>{say(`recording:past.${consent}`)}</p>;
}
