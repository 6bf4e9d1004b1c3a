import type { Softphone } from "../calling/state";
import { type Finding, found } from "./finding";

type Phone = Pick<Softphone, "checkMicrophone" | "getState" | "onInputLevel">;

/** A quiet room stays below this, on the scale of 0 to 1; speech does not. */
const heardFrom = 0.02;

/** Opens the microphone and listens to it until something is heard, at most for `wait`. */
export async function checkMicrophone(phone: Phone, wait: Promise<unknown>): Promise<Finding> {
  await phone.checkMicrophone();
  const { trouble, microphone, microphones } = phone.getState();
  if (microphone !== "ok") {
    const says = trouble?.sentence ?? "The browser did not let this page use the microphone.";
    return found("microphone", "fail", says);
  }
  const heard = await hears(phone, wait);
  const count = microphones.length === 1 ? "1 microphone" : `${microphones.length} microphones`;
  if (heard) return found("microphone", "pass", `Allowed, ${count}, sound heard.`);
  return found(
    "microphone",
    "warn",
    `Allowed, ${count}, but nothing was heard.`,
    "Check that your headset is on and not muted. Say something while the check runs.",
  );
}

function hears(phone: Phone, wait: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    let stop = () => {};
    let over = false;
    const finish = (heard: boolean) => {
      over = true;
      stop();
      resolve(heard);
    };
    stop = phone.onInputLevel((level) => {
      if (!over && level >= heardFrom) finish(true);
    });
    if (over) stop(); // heard before the subscription was handed back
    void wait.then(() => {
      if (!over) finish(false);
    });
  });
}

export type Answer = "heard" | "not heard" | "unanswered";

export function speakerFinding(answer: Answer, outputs: number): Finding {
  const count = outputs === 1 ? "1 speaker" : `${outputs} speakers`;
  const kinds = outputs === 0 ? "The browser chooses the speaker" : count;
  if (answer === "heard") return found("speaker", "pass", `${kinds}, test sound heard.`);
  if (answer === "unanswered")
    return found("speaker", "note", `${kinds}. Nobody said whether the test sound was heard.`);
  return found(
    "speaker",
    "fail",
    `${kinds}, test sound not heard.`,
    "Turn the volume up, check that your headset is plugged in, and choose another speaker above. Then play the sound again.",
  );
}
