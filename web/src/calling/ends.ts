// What ends a call: the person's press, and the service where the browser's own hang-up does not get there.
import { type Attempt, later } from "./attempt";
import type { Course } from "./course";
import type { Handset } from "./handset";
import { createHangUp, type HangUpDeps, hangUpPatience } from "./hangup";
import type { CallState } from "./state";

export interface EndsDeps extends HangUpDeps {
  course: Course;
  handset: Pick<Handset, "callOff">;
  /** The browser has lost its network. */
  offline(): boolean;
}

export interface Ends {
  /** Cancels or ends a live call; in a room it asks first, unless it is told for whom. */
  end(mine: Attempt, how: "all" | "leave" | undefined): void;
  /** Has the service end a call that goes on elsewhere. */
  ask(mine: Attempt): void;
}

export function createEnds({ course, handset, clock, offline, endCall }: EndsDeps): Ends {
  const hangUp = createHangUp({ clock, endCall });

  /** By the server's word: in a room the member's end is not that of the others. */
  function isOver(): boolean {
    const { call, told } = course.line();
    return call?.room ? !call.room.open : told;
  }

  function ask(mine: Attempt): void {
    const { call } = course.line();
    if (!call?.callSid || mine.unask || isOver()) return;
    const { number: attempt } = mine;
    const tell = (state: NonNullable<CallState["hangUp"]>) =>
      course.take({ type: "hang-up", attempt, state, at: clock.now() });
    mine.unask = hangUp.ask(call.callSid, isOver, tell);
  }

  function end(mine: Attempt, how: "all" | "leave" | undefined): void {
    const before = course.line().call;
    const { number: attempt } = mine;
    course.take({ type: "ending", attempt, how, at: clock.now() });
    if (!course.line().ending) return; // asked first
    const unheard = before?.phase === "reconnecting" || mine.call?.status() === "reconnecting" || offline();
    if (mine.call) mine.call.disconnect();
    else handset.callOff();
    course.take({ type: "closed", attempt, at: clock.now() }); // a call whose socket is down never says so
    if (how === "leave") return;
    // In a room the others would go on; elsewhere the hang-up may not have got there.
    if (unheard || before?.room?.open) ask(mine);
    else if (mine.call) later(mine, clock, hangUpPatience.word, () => ask(mine));
  }

  return { end, ask };
}
