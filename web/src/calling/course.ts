// The course of the present call: holds its line, feeds it what happens, and
// keeps the words about other calls away from it.
import type { Clock, Timer } from "./clock";
import type { RoomSeen, ServerCall } from "./state";
import { type CallEvent, idleLine, isLive, type Line, transition } from "./transitions";
import { due } from "./warnings";
import { concerns } from "./whose";

export interface Course {
  line(): Line;
  live(): boolean;
  take(event: CallEvent): void;
  serverSays(said: ServerCall): void;
  roomSays(call: string, room: RoomSeen): void;
  close(): void;
}

export interface CourseDeps {
  clock: Clock;
  changed(): void;
  /** A live call is live no more; told before `changed`. */
  ended(): void;
}

export function createCourse({ clock, changed, ended }: CourseDeps): Course {
  /** Calls that the server told of, or that were made here, before the present one. */
  const earlier = new Set<string>();
  let line = idleLine;
  let qualityTimer: Timer | undefined;
  const live = () => isLive(line.call);

  function take(event: CallEvent): void {
    const before = line;
    const wasLive = live();
    line = transition(line, event);
    if (line === before) return;
    if (event.type === "place" && before.call?.callSid) earlier.add(before.call.callSid);
    if (event.type === "place" && event.join !== undefined) earlier.delete(event.join);
    armQuality();
    if (wasLive && !live()) ended();
    changed();
  }

  /** A quality is shown and taken back by time, not only by what happens. */
  function armQuality(): void {
    clock.clearTimeout(qualityTimer);
    const now = clock.now();
    const next = live() ? due(line.warnings, now) : undefined;
    if (next === undefined) return;
    const { attempt } = line;
    qualityTimer = clock.setTimeout(() => {
      take({ type: "tick", attempt, at: clock.now() });
      armQuality();
    }, next - now);
  }

  function serverSays(said: ServerCall): void {
    const key = said.key ?? said.clinicianLeg;
    if (key && !line.call?.callSid && earlier.has(key)) return; // the same appointment, but an older call
    const at = clock.now();
    if (key && !concerns(line, said, at)) earlier.add(key);
    take({ type: "server", call: said, at });
  }

  return {
    line: () => line,
    live,
    take,
    serverSays,
    roomSays: (call, room) => take({ type: "room", call, room, at: clock.now() }),
    close: () => clock.clearTimeout(qualityTimer),
  };
}
