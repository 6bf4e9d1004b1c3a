// The list of the calls that go on, as the stream tells of one of them. Pure.
import type { LiveCalls, Participants } from "../roomRoutes";

/** The list with what was told of one call; one in which nobody is any more is none of it. */
export function withRoom(list: LiveCalls, room: Participants): LiveCalls {
  if (isOver(room)) return { calls: list.calls.filter(({ call }) => call !== room.call) };
  // Only when it was asked for is not told with the rest: what is left out, as that somebody waits, is over.
  return { calls: list.calls.map((one) => (one.call === room.call ? { ...room, asked: one.asked } : one)) };
}

export function isOver({ participants }: Pick<Participants, "participants">): boolean {
  return participants.every(({ state }) => state === "left");
}
