// What was recorded of a call, in the call's own timeline.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import panel from "../calling/panel.module.css";
import { briefly } from "../history/callwords";
import { keys } from "../live/caches";
import type { Recordings as Listed, Recording } from "../roomRoutes";
import { useServices } from "../services";
import { Player } from "./Player";
import { Question } from "./Question";
import { sentenceOf, useRecordings } from "./queries";
import styles from "./recording.module.css";
import { say } from "./words";

export default function Recordings({ call }: { call: string }) {
  const { data, error } = useRecordings(call);
  const title = useId();
  if (!data && !error) return null;
  return (
    <section className={styles.recordings} aria-labelledby={title}>
      <h3 id={title} className={styles.title}>
        {say("recording:list.title")}
      </h3>
      {error && !data && (
        <p role="alert" className={panel.problem}>
          {say("recording:list.unloaded")}
        </p>
      )}
      {data?.recordings.length === 0 && <p className={panel.note}>{say("recording:list.none")}</p>}
      {data && <RecordingList call={call} listed={data} />}
    </section>
  );
}

/** Each recording of a call, with what can be done about it. */
export function RecordingList({ call, listed }: { call: string; listed: Listed }) {
  return (
    <ol className={styles.list}>
      {listed.recordings.map((recording, i) => (
        <One key={recording.sid} call={call} recording={recording} number={i + 1} mayDelete={listed.mayDelete} />
      ))}
    </ol>
  );
}

interface OneProps {
  call: string;
  recording: Recording;
  number: number;
  mayDelete: boolean;
}

function One({ call, recording, number, mayDelete }: OneProps) {
  const { time } = useServices();
  const { started, seconds, ready, gone, state } = recording;
  const name = started
    ? say("recording:list.oneFrom", { number, at: time.clock(Date.parse(started)) })
    : say("recording:list.one", { number });
  const hearable = ready && !gone;
  const words = useRef<HTMLDivElement>(null);
  return (
    <li className={styles.one}>
      <div ref={words} tabIndex={-1} className={styles.words}>
        <span className={styles.name}>
          {seconds === undefined ? name : say("recording:list.long", { name, long: briefly(seconds) })}
        </span>
        {/* Always there, so that a screen reader hears it change. */}
        <span role="status" className={panel.note}>
          {!hearable && isWords(recording)}
        </span>
      </div>
      {hearable && <Player call={call} recording={recording} name={name} />}
      {mayDelete && !gone && state !== "deleted" && (
        <Delete call={call} sid={recording.sid} name={name} onDeleted={() => words.current?.focus()} />
      )}
    </li>
  );
}

/** How a recording is that cannot be heard. */
export function isWords(recording: Recording): string {
  if (recording.gone) return say(`recording:gone.${recording.gone}`);
  return say(`recording:is.${recording.state}`);
}

interface DeleteProps {
  call: string;
  sid: string;
  name: string;
  /** Its button is about to go, and with it the focus. */
  onDeleted(): void;
}

function Delete({ call, sid, name, onDeleted }: DeleteProps) {
  const { backend } = useServices();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const opens = useRef<HTMLButtonElement>(null);
  const asked = useRef(false);
  useEffect(() => {
    if (!asking && asked.current) opens.current?.focus({ preventScroll: true });
    asked.current = asking;
  }, [asking]);
  const answer = async (yes: boolean) => {
    setProblem("");
    if (yes && !reason.trim()) return setProblem(say("recording:list.whyMissing"));
    if (!yes) return setAsking(false);
    try {
      await backend.deleteRecording(call, sid, reason.trim());
      asked.current = false; // the focus does not go back to a button that goes
      setAsking(false);
      onDeleted();
    } catch (error) {
      setProblem(sentenceOf(error));
    }
    await client.invalidateQueries({ queryKey: keys.recordings(call) });
  };
  if (!asking) {
    return (
      <Button
        ref={opens}
        variant="default"
        className={panel.act}
        leftSection={<IconTrash aria-hidden size={20} />}
        aria-label={say("recording:list.removeOf", { name })}
        onClick={() => setAsking(true)}
      >
        {say("recording:list.remove")}
      </Button>
    );
  }
  return (
    <Question
      heading={say("recording:list.removeOf", { name })}
      note={say("recording:list.whyNote")}
      yes={say("recording:list.confirm")}
      no={say("recording:list.keep")}
      danger
      onAnswer={(yes) => void answer(yes)}
    >
      <Why reason={reason} onChange={setReason} problem={problem} />
    </Question>
  );
}

function Why({ reason, onChange, problem }: { reason: string; onChange(next: string): void; problem: string }) {
  const id = useId();
  return (
    <div className={styles.why}>
      <label htmlFor={id}>{say("recording:list.why")}</label>
      <textarea
        id={id}
        required
        maxLength={500}
        rows={2}
        className={styles.reason}
        value={reason}
        aria-invalid={problem !== "" || undefined}
        aria-describedby={problem ? `${id}-problem` : undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {problem && (
        <p id={`${id}-problem`} role="alert" className={panel.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
