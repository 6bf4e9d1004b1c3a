// What was recorded of a call, in the call's own timeline.
import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { briefly } from "../history/callwords";
import { keys } from "../live/caches";
import type { Recording } from "../roomRoutes";
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
        <p role="alert" className={styles.problem}>
          {say("recording:list.unloaded")}
        </p>
      )}
      {data?.recordings.length === 0 && <p className={styles.note}>{say("recording:list.none")}</p>}
      <ol className={styles.list}>
        {data?.recordings.map((recording, i) => (
          <One key={recording.sid} call={call} recording={recording} number={i + 1} mayDelete={data.mayDelete} />
        ))}
      </ol>
    </section>
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
  return (
    <li className={styles.one}>
      <div className={styles.words}>
        <span className={styles.name}>
          {seconds === undefined ? name : say("recording:list.long", { name, long: briefly(seconds) })}
        </span>
        {!hearable && <span className={styles.note}>{isWords(recording)}</span>}
      </div>
      {hearable && <Player call={call} recording={recording} name={name} />}
      {mayDelete && !gone && state !== "deleted" && <Delete call={call} sid={recording.sid} name={name} />}
    </li>
  );
}

/** How a recording is that cannot be heard. */
export function isWords(recording: Recording): string {
  if (recording.gone) return say(`recording:gone.${recording.gone}`);
  return say(`recording:is.${recording.state}`);
}

function Delete({ call, sid, name }: { call: string; sid: string; name: string }) {
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
      setAsking(false);
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
        className={styles.act}
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
        <p id={`${id}-problem`} role="alert" className={styles.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}
