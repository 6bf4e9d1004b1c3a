import { Button } from "@mantine/core";
import { IconVolume } from "@tabler/icons-react";
import { useState } from "react";
import { useSoftphone } from "../calling/context";
import styles from "./CheckPage.module.css";
import type { Answer } from "./devices";
import { say } from "./words";

/** Whether a speaker sounds, only a person can tell. */
export function SpeakerQuestion({ onAnswer }: { onAnswer(answer: Answer): void }) {
  const { phone } = useSoftphone();
  const [playing, setPlaying] = useState(false);
  const [answered, setAnswered] = useState(false);
  const play = async () => {
    setPlaying(true);
    await phone.playTestSound().catch(() => undefined); // nothing is heard then, and that is the answer
    setPlaying(false);
  };
  const answer = (said: Answer) => {
    setAnswered(true);
    onAnswer(said);
  };
  return (
    <section className={styles.question} aria-labelledby="speaker-question">
      <h2 id="speaker-question">{say("check:speaker.question")}</h2>
      <p>{say(answered ? "check:speaker.hintAgain" : "check:speaker.hint")}</p>
      <div className={styles.row}>
        <Button
          variant="default"
          leftSection={<IconVolume size={20} aria-hidden />}
          loading={playing}
          onClick={() => void play()}
        >
          {say("check:speaker.play")}
        </Button>
        <Button variant="default" onClick={() => answer("heard")}>
          {say("check:speaker.yes")}
        </Button>
        <Button variant="default" onClick={() => answer("not heard")}>
          {say("check:speaker.no")}
        </Button>
        {!answered && (
          <Button variant="subtle" onClick={() => answer("unanswered")}>
            {say("check:speaker.leaveOut")}
          </Button>
        )}
      </div>
    </section>
  );
}
