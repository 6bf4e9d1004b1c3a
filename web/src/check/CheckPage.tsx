import { Button } from "@mantine/core";
import { IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useSoftphone } from "../calling/context";
import { DevicePickers } from "../calling/DevicePickers";
import { inCall } from "../calling/joined";
import { PageHeading } from "../page";
import { useServices } from "../services";
import { useTitle } from "../title";
import { surroundings } from "./browser";
import styles from "./CheckPage.module.css";
import { makeProbeDevice } from "./device";
import { type Answer, speakerFinding } from "./devices";
import { Findings } from "./Findings";
import { conclusion, type Finding, found, waiting } from "./finding";
import { soundTest } from "./probe";
import { Report } from "./Report";
import { runChecks } from "./run";
import { SpeakerQuestion } from "./SpeakerQuestion";
import { say } from "./words";

type Stage = "before" | "running" | "done";

/** One page that a nurse can run, and send to IT. */
export default function CheckPage() {
  const { settings, backend } = useServices();
  const { state, phone } = useSoftphone();
  const [stage, setStage] = useState<Stage>("before");
  const [findings, setFindings] = useState<Finding[]>(waiting);
  const [madeAt, setMadeAt] = useState(() => new Date());
  const running = useRef(false);
  const leaving = useRef(new AbortController());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  useTitle(say("check:title"));

  const busy = inCall(state) || state.elsewhere;
  const tell = (finding: Finding) => setFindings((all) => all.map((one) => (one.id === finding.id ? finding : one)));

  const start = async () => {
    if (running.current) return;
    running.current = true;
    setFindings(waiting());
    setMadeAt(new Date());
    setStage("running");
    const now = () => Math.round(performance.now());
    const { microphoneId: microphone, speakerId: speaker } = phone.getState();
    const probe = {
      fetchToken: backend.voiceToken,
      makeDevice: makeProbeDevice(settings, { microphone, speaker }),
      now,
      signal: leaving.current.signal,
    };
    await runChecks(
      {
        surroundings: surroundings(),
        phone,
        soundTest: (reached) => soundTest(probe, reached),
        openEvents: (signal) => backend.events("", signal),
        now,
      },
      tell,
    );
    tell(found("speaker", "running", say("check:speaker.running")));
    setStage("done");
    running.current = false;
  };
  const answer = (said: Answer) => tell(speakerFinding(said, phone.getState().speakers.length));

  const end = conclusion(findings);
  const now = findings.find((one) => one.verdict === "running");
  const { version, timeZone, language } = settings;
  const facts = { version, at: madeAt, timeZone, language, origin: location.origin };

  return (
    <div className={styles.page}>
      <PageHeading>{say("check:title")}</PageHeading>
      <p className={styles.lead}>{say("check:lead")}</p>
      {busy && <p className={styles.busy}>{say("check:inCall")}</p>}
      <Button
        className={styles.start}
        leftSection={
          stage === "before" ? <IconPlayerPlay size={20} aria-hidden /> : <IconRefresh size={20} aria-hidden />
        }
        aria-disabled={busy || stage === "running"}
        onClick={() => {
          if (!busy) void start();
        }}
      >
        {say(stage === "before" ? "check:start" : stage === "running" ? "check:running" : "check:again")}
      </Button>
      <p role="status" className={styles.progress}>
        {progress(stage, now, end?.says)}
      </p>
      {stage === "done" && <SpeakerQuestion onAnswer={answer} />}
      {stage !== "before" && <Findings findings={findings} />}
      {stage === "done" && (
        <Report findings={findings} facts={facts} open={end !== undefined && end.verdict !== "pass"} />
      )}
      <DevicePickers />
    </div>
  );
}

function progress(stage: Stage, now: Finding | undefined, end: string | undefined): string {
  if (stage === "before") return "";
  if (now?.id === "speaker") return say("check:oneLeft");
  if (now) return say("check:step", { name: now.name, says: now.says }).trim();
  return end ?? "";
}
