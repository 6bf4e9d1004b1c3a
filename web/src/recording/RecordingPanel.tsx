// Whether the clinician's own call is recorded, with whose word, and what can be done about it.
import { Button } from "@mantine/core";
import {
  IconPlayerPause,
  IconPlayerRecord,
  IconPlayerRecordFilled,
  IconPlayerStop,
  type IconTrash,
  IconUserCancel,
} from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import panel from "../calling/panel.module.css";
import { Reminder } from "../calling/Reminder";
import { Passed } from "../calling/Timer";
import { minutesSince, useSince } from "../room/useSince";
import type { CallRecording, RecordingAct } from "../roomRoutes";
import { useNow } from "../useNow";
import { Question } from "./Question";
import { useCallRecording, useRecord } from "./queries";
import styles from "./recording.module.css";
import { asksFirst, consentWords, mayStart, newsWords, type Offer, offersOf, stateWords } from "./standing";
import { say } from "./words";

interface RecordingPanelProps {
  /** The key of a call that is answered. */
  call: string;
  /** Of whoever was called. */
  name: string;
}

export default function RecordingPanel({ call, name }: RecordingPanelProps) {
  const { data, error } = useCallRecording(call);
  if (!data) return error ? <p className={panel.note}>{say("recording:unknown")}</p> : null;
  return <Panel recording={data} name={name} />;
}

type Asking = "start" | "withdraw";

function Panel({ recording, name }: { recording: CallRecording; name: string }) {
  const { record, failed, busy } = useRecord(recording.call);
  const [asking, setAsking] = useState<Asking>();
  const part = useRef<HTMLElement>(null);
  const back = useRef<Asking>(undefined);
  useEffect(() => {
    // After the answer the focus goes where the question came from, or to what stands there now.
    if (asking || !back.current) return;
    const from = part.current?.querySelector<HTMLElement>(`[data-act="${back.current}"]`);
    (from ?? part.current)?.focus({ preventScroll: true });
    back.current = undefined;
  }, [asking]);
  const answer = (yes: boolean) => {
    back.current = asking;
    setAsking(undefined);
    if (yes && asking) void record(asking);
  };
  const act = (offer: Offer) => {
    if (offer === "withdraw" || (offer === "start" && asksFirst(recording))) setAsking(offer);
    else void record(offer);
  };
  return (
    <section
      ref={part}
      tabIndex={-1}
      className={panel.panel}
      aria-label={say("recording:label")}
      data-state={recording.state}
    >
      <div className={styles.line}>
        <State recording={recording} />
        <p className={styles.consent}>{consentWords(recording, name)}</p>
        {!asking && <Acts recording={recording} busy={busy} onAct={act} />}
      </div>
      {recording.pausedByHold && <p className={panel.note}>{say("recording:byHold", { name })}</p>}
      {asking && <Asked about={asking} onAnswer={answer} />}
      <Forgotten recording={recording} />
      {failed && (
        <p className={panel.problem} role="alert">
          {failed}
        </p>
      )}
      <div role="status" className="cl-spoken" data-testid="recording-news">
        {newsWords(recording)}
      </div>
    </section>
  );
}

/** The dot is red only while it records; the words say the same. */
function State({ recording }: { recording: CallRecording }) {
  const { state, since } = recording;
  const running = state === "in-progress";
  const Icon = running ? IconPlayerRecordFilled : state === "paused" ? IconPlayerPause : IconPlayerRecord;
  return (
    <p className={styles.state} data-running={running || undefined}>
      <Icon size={20} aria-hidden className={styles.dot} />
      <span>{stateWords(recording)}</span>
      {running && since && <Passed from={Date.parse(since)} className={styles.passed} />}
    </p>
  );
}

const ICONS: Record<RecordingAct, typeof IconTrash> = {
  start: IconPlayerRecord,
  pause: IconPlayerPause,
  resume: IconPlayerRecord,
  stop: IconPlayerStop,
  withdraw: IconUserCancel,
};

interface ActsProps {
  recording: CallRecording;
  busy: boolean;
  onAct(offer: Offer): void;
}

function Acts({ recording, busy, onAct }: ActsProps) {
  const why = useId();
  const off = (offer: Offer) => busy || (offer === "start" && !mayStart(recording));
  return (
    <div className={styles.acts}>
      {offersOf(recording).map((offer) => {
        const Icon = ICONS[offer];
        return (
          <Button
            key={offer}
            variant="default"
            className={panel.act}
            data-act={offer}
            leftSection={<Icon size={20} aria-hidden />}
            aria-disabled={off(offer) || undefined}
            aria-describedby={offer === "start" && recording.refused ? why : undefined}
            onClick={() => off(offer) || onAct(offer)}
          >
            {labelOf(offer)}
          </Button>
        );
      })}
      {recording.refused && recording.consent !== "none" && (
        <span id={why} className={panel.note}>
          {recording.refused}
        </span>
      )}
    </div>
  );
}

function labelOf(offer: Offer): string {
  return offer === "start" ? say("recording:control.record") : say(`recording:control.${offer}`);
}

function Asked({ about, onAnswer }: { about: Asking; onAnswer(yes: boolean): void }) {
  const of = about === "start" ? "ask" : "confirm";
  return (
    <Question
      heading={say(`recording:${of}.heading`)}
      note={say(`recording:${of}.note`)}
      yes={say(`recording:${of}.yes`)}
      no={say(`recording:${of}.no`)}
      danger={about === "withdraw"}
      onAnswer={onAnswer}
    />
  );
}

/** Said once a minute of a pause that a person made: nobody but them ends it. */
function Forgotten({ recording: { state, pausedByHold, pausedSince } }: { recording: CallRecording }) {
  const pause = state === "paused" && !pausedByHold ? [pausedSince ?? "now"] : [];
  const from = useSince(pause).get(pause[0] ?? "");
  const now = useNow(from);
  const count = from === undefined ? 0 : minutesSince(from, now);
  return <Reminder sentences={count > 0 ? [say("recording:reminder", { count })] : []} />;
}
