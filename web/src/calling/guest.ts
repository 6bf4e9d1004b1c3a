// Answers when this page is rung: somebody asks the person to join their call. Who it is and whose call, the service
// says; what rings brings the call's key alone.
import type { Clock, Timer } from "./clock";
import type { LegEvent } from "./events";
import type { Handset } from "./handset";
import { isJoinedLive, type Joined } from "./joined";
import { followLeg } from "./leg";
import type { Microphone } from "./microphone";
import type { SdkAudio, SdkCall } from "./sdk";
import type { Softphone, Trouble } from "./state";
import type { Tabs } from "./tabs";

/** Twilio rings for 30 s; what has not been taken back a little later is not rung any more. */
const ringsFor = 35_000;

export interface GuestDeps {
  handset: Pick<Handset, "audio" | "giveBackMicrophone">;
  clock: Clock;
  microphone: Pick<Microphone, "check" | "lend" | "getState">;
  tabs: Pick<Tabs, "take" | "release">;
  changed(): void;
  audible(audio: SdkAudio | null): void;
  volume(input: number, output: number): void;
  /** A call of the person's own goes on. */
  busy(): boolean;
  show(trouble: Trouble | null): void;
}

export interface Guest extends Pick<Softphone, "answer" | "decline" | "leave"> {
  current(): Joined | null;
  rung(call: SdkCall): void;
  setMuted(muted: boolean): void;
  clear(): void;
  close(): void;
}

export function createGuest(deps: GuestDeps): Guest {
  const { clock, microphone, tabs } = deps;
  let joined: Joined | null = null;
  let leg: SdkCall | undefined;
  let unfollow: (() => void) | undefined;
  let limit: Timer | undefined;

  function change(next: Partial<Joined>): void {
    if (joined) joined = { ...joined, ...next };
    deps.changed();
  }

  function over(end: NonNullable<Joined["end"]>): void {
    if (!isJoinedLive(joined)) return;
    const held = joined.phase !== "ringing";
    clock.clearTimeout(limit);
    unfollow?.();
    leg = undefined;
    if (held) {
      tabs.release();
      microphone.lend(false);
      deps.handset.giveBackMicrophone();
      deps.volume(0, 0);
    }
    change({ phase: "ended", end });
  }

  function tell(event: LegEvent): void {
    if (event.type === "accepted") {
      clock.clearTimeout(limit);
      deps.audible(deps.handset.audio());
      change({ phase: "connected", answeredAt: joined?.answeredAt ?? event.at });
    } else if (event.type === "reconnecting") change({ phase: "reconnecting" });
    else if (event.type === "reconnected") change({ phase: "connected" });
    else if (event.type === "muted") change({ muted: event.muted });
    else if (event.type === "closed") over(joined?.phase === "ringing" ? "gone" : event.reason ? "lost" : "over");
  }

  function rung(call: SdkCall): void {
    const key = call.customParameters.get("call");
    if (!key || deps.busy() || isJoinedLive(joined)) {
      call.reject();
      return;
    }
    leg = call;
    joined = { call: key, phase: "ringing", since: clock.now(), muted: false };
    unfollow = followLeg(call, {
      clock,
      tell,
      died: () => over(joined?.phase === "ringing" ? "gone" : "lost"),
      failed: () => {},
      volume: deps.volume,
    });
    limit = clock.setTimeout(() => over("gone"), ringsFor);
    deps.changed();
  }

  async function answer(): Promise<void> {
    const mine = leg;
    if (!mine || joined?.phase !== "ringing") return;
    change({ phase: "joining" });
    deps.show(null);
    const taken = await tabs.take();
    const blocked = taken ? await microphone.check() : undefined;
    if (leg !== mine) {
      if (taken) tabs.release(); // taken back meanwhile
      return;
    }
    if (!taken || blocked) {
      over("declined");
      mine.reject();
      deps.show(blocked ?? null);
      return;
    }
    microphone.lend(true);
    const { chosen } = microphone.getState();
    mine.accept(chosen ? { rtcConstraints: { audio: { deviceId: { ideal: chosen } } } } : {});
  }

  return {
    current: () => joined,
    rung,
    answer,
    decline() {
      if (joined?.phase !== "ringing") return;
      const mine = leg;
      over("declined");
      mine?.reject();
    },
    leave() {
      if (!isJoinedLive(joined) || joined.phase === "ringing") return;
      const mine = leg;
      over("left");
      mine?.disconnect();
    },
    setMuted: (muted) => leg?.mute(muted),
    clear() {
      if (isJoinedLive(joined)) return;
      joined = null;
      deps.changed();
    },
    close() {
      clock.clearTimeout(limit);
      unfollow?.();
      leg?.disconnect();
    },
  };
}
