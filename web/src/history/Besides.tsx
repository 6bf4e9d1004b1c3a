import type { RecordedCall } from "../backend";
import { PastConsent, Recordings } from "../recording/parts";
import { PastParties } from "../room/parts";

/** Who else was in a call, and what was recorded of it; nothing where there was neither. */
export function Besides({ recorded: { participants, consent, recordings, key } }: { recorded: RecordedCall }) {
  return (
    <>
      {participants && participants.length > 0 && <PastParties participants={participants} />}
      {consent && <PastConsent consent={consent} />}
      {recordings && recordings.length > 0 && key && <Recordings call={key} />}
    </>
  );
}
