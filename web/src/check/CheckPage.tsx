import { Button } from "@mantine/core";
import { IconPlayerPlay, IconRefresh } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useSoftphone } from "../calling/context";
import { DevicePickers } from "../calling/DevicePickers";
import { isLive } from "../calling/transitions";
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
  useTitle("Check your equipment");

  const busy = isLive(state.call) || state.elsewhere;
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
    tell(found("speaker", "running", "Did you hear the test sound?"));
    setStage("done");
    running.current = false;
  };
  const answer = (said: Answer) => tell(speakerFinding(said, phone.getState().speakers.length));

  const end = conclusion(findings);
  const now = findings.find((one) => one.verdict === "running");
  const facts = { version: settings.version, at: madeAt, timeZone: settings.timeZone, origin: location.origin };

  return (
    <div className={styles.page}>
      <PageHeading>Check your equipment</PageHeading>
      <p className={styles.lead}>
        Finds out whether calls work here. It takes about half a minute and no patient is called. You will hear a voice;
        say something when you are asked to.
      </p>
      {busy && <p className={styles.busy}>You are in a call. End it before you start the check.</p>}
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
        {stage === "before" ? "Start the check" : stage === "running" ? "Checking…" : "Check again"}
      </Button>
      <p role="status" className={styles.progress}>
        {progress(stage, now, end?.says)}
      </p>
      {stage === "done" && <SpeakerQuestion onAnswer={answer} />}
      {stage !== "before" && <Findings findings={findings} />}
      {stage === "done" && <Report findings={findings} facts={facts} />}
      <DevicePickers />
    </div>
  );
}

function progress(stage: Stage, now: Finding | undefined, end: string | undefined): string {
  if (stage === "before") return "";
  if (now?.id === "speaker") return "One question is left.";
  if (now) return `${now.name}. ${now.says}`.trim();
  return end ?? "";
}
