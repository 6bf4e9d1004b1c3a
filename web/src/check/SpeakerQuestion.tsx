import { Button } from "@mantine/core";
import { IconVolume } from "@tabler/icons-react";
import { useState } from "react";
import { useSoftphone } from "../calling/context";
import styles from "./CheckPage.module.css";
import type { Answer } from "./devices";

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
      <h2 id="speaker-question">Did you hear it?</h2>
      <p>
        {answered
          ? "You can play it again and change your answer."
          : "Play the test sound, then say whether you heard it."}
      </p>
      <div className={styles.row}>
        <Button
          variant="default"
          leftSection={<IconVolume size={20} aria-hidden />}
          loading={playing}
          onClick={() => void play()}
        >
          Play test sound
        </Button>
        <Button variant="default" onClick={() => answer("heard")}>
          Yes, I heard it
        </Button>
        <Button variant="default" onClick={() => answer("not heard")}>
          No
        </Button>
        {!answered && (
          <Button variant="subtle" onClick={() => answer("unanswered")}>
            Leave out
          </Button>
        )}
      </div>
    </section>
  );
}
