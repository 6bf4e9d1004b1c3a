import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveCalls, Participant, Participants } from "../roomRoutes";
import { createCaches, keys } from "./caches";
import { isOver, withRoom } from "./livecalls";

const party = (label: string, more: Partial<Participant> = {}): Participant => ({
  label,
  role: "member",
  state: "connected",
  held: false,
  muted: false,
  self: false,
  ...more,
});
const room = (call: string, ...participants: Participant[]): Participants => ({
  call,
  room: "none",
  mine: false,
  participants,
});
const list: LiveCalls = {
  calls: [
    { ...room("CA2", party("p1")), asked: "2027-05-03T08:12:00Z" },
    { ...room("CA1", party("p1")), asked: "2027-05-03T08:10:00Z" },
  ],
};

describe("the list of live calls", () => {
  it("has what the stream told of one, in its place", () => {
    const held = party("p1", { held: true });
    const next = withRoom(list, room("CA1", held));
    expect(next.calls.map(({ call }) => call)).toEqual(["CA2", "CA1"]);
    expect(next.calls[1]).toMatchObject({ asked: "2027-05-03T08:10:00Z", participants: [held] });
  });

  it("has nobody waiting any more once that is not told", () => {
    const waiting = withRoom(list, { ...room("CA1", party("p1")), waiting: "2027-05-03T08:16:30Z" });
    expect(waiting.calls[1]?.waiting).toBe("2027-05-03T08:16:30Z");
    expect(withRoom(waiting, room("CA1", party("p1"))).calls[1]?.waiting).toBeUndefined();
  });

  it("has none in which nobody is any more, and none of which only a part is known", () => {
    expect(withRoom(list, room("CA2", party("p1", { state: "left" }))).calls.map(({ call }) => call)).toEqual(["CA1"]);
    expect(withRoom(list, room("CA3", party("p1")))).toEqual(list);
    expect(isOver(room("CA1", party("p1", { state: "left" }), party("p2", { state: "ringing" })))).toBe(false);
  });

  describe("in the caches", () => {
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => void vi.useRealTimers());

    it("is renewed at once, and asked for a moment later, once for many", async () => {
      const client = new QueryClient();
      const ask = vi.spyOn(client, "invalidateQueries");
      const caches = createCaches(client);
      client.setQueryData(keys.liveCalls, list);
      caches.heardRoom(room("CA2", party("p1", { state: "left" })));
      caches.heardRoom(room("CA3", party("p1")));
      expect(client.getQueryData<LiveCalls>(keys.liveCalls)?.calls).toHaveLength(1);
      const asked = () => ask.mock.calls.filter(([filters]) => filters?.queryKey === keys.liveCalls).length;
      expect(asked()).toBe(0);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(asked()).toBe(1);
      caches.stop();
      client.clear();
    });
  });
});
