import type { Softphone } from "../calling/state";
import { type Finding, found } from "./finding";
import { say } from "./words";

type Phone = Pick<Softphone, "checkMicrophone" | "getState" | "onInputLevel">;

/** A quiet room stays below this, on the scale of 0 to 1; speech does not. */
const heardFrom = 0.02;

/** Opens the microphone and listens to it until something is heard, at most for `wait`. */
export async function checkMicrophone(phone: Phone, wait: Promise<unknown>): Promise<Finding> {
  await phone.checkMicrophone();
  const { trouble, microphone, microphones } = phone.getState();
  if (microphone !== "ok") {
    const says = trouble?.sentence ?? say("check:microphone.refused");
    return found("microphone", "fail", says);
  }
  const heard = await hears(phone, wait);
  const count = microphones.length;
  if (heard) return found("microphone", "pass", say("check:microphone.heard", { count }));
  return found("microphone", "warn", say("check:microphone.silent", { count }), say("check:microphone.silentTodo"));
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

/** Without a list of speakers (`count` 0) the browser chooses one. */
export function speakerFinding(answer: Answer, count: number): Finding {
  if (answer === "unanswered") return found("speaker", "note", say("check:speaker.unanswered"));
  if (answer === "heard") {
    const says = count === 0 ? say("check:speaker.heardChosen") : say("check:speaker.heard", { count });
    return found("speaker", "pass", says);
  }
  const says = count === 0 ? say("check:speaker.notHeardChosen") : say("check:speaker.notHeard", { count });
  return found("speaker", "fail", says, say("check:speaker.todo"));
}
