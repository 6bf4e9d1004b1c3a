// Makes the checks one after the other and tells each finding at once.
import type { Softphone } from "../calling/state";
import { checkBrowser, checkSecure, type Surroundings } from "./browser";
import { checkMicrophone } from "./devices";
import { type CheckId, type Finding, found } from "./finding";
import { checkEvents, type OpenEvents } from "./live";
import type { ProbeResult, Stage } from "./probe";
import { soundFindings } from "./sound";
import { say } from "./words";

export interface CheckDeps {
  surroundings: Surroundings;
  phone: Pick<Softphone, "checkMicrophone" | "getState" | "onInputLevel">;
  soundTest(reached: (stage: Stage) => void): Promise<ProbeResult>;
  openEvents: OpenEvents;
  now(): number;
}

/** How long somebody has to say something. */
export const listenFor = 4_000;

/** All checks but the speaker's, which only a person can decide. Never rejects. */
export async function runChecks(deps: CheckDeps, tell: (finding: Finding) => void): Promise<void> {
  const running = (id: CheckId, says = "") => tell(found(id, "running", says));

  const browser = checkBrowser(deps.surroundings);
  tell(browser);
  tell(checkSecure(deps.surroundings));

  if (deps.surroundings.canCall && deps.surroundings.secure) {
    running("microphone", say("check:microphone.prompt"));
    tell(await checkMicrophone(deps.phone, new Promise((done) => setTimeout(done, listenFor))));

    running("token");
    const result = await deps.soundTest((stage) => {
      if (stage === "token") return;
      running(stage, stage === "media" ? say("check:media.running") : "");
    });
    for (const finding of soundFindings(result)) tell(finding);
  } else {
    const why = say("check:skipped.cannotCall");
    for (const id of ["microphone", "token", "signalling", "media", "transport", "turn"] as const) {
      tell(found(id, "note", why));
    }
  }

  running("events");
  tell(await checkEvents(deps.openEvents, deps.now));
}
