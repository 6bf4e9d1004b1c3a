// The one phone of the page: the call, the devices and the other tabs as one
// state. Everything it needs of the browser is handed in.
import { type Caller, createCaller } from "./caller";
import type { Clock } from "./clock";
import { createEquipment } from "./equipment";
import { createGuest } from "./guest";
import { inCall, isJoinedLive } from "./joined";
import type { Microphone } from "./microphone";
import type { Network } from "./network";
import { createReception } from "./reception";
import type { SdkAudio, SdkDevice } from "./sdk";
import type { Speaker } from "./speaker";
import type { Softphone, SoftphoneState } from "./state";
import type { Tabs } from "./tabs";

export interface SoftphoneDeps {
  /** Makes the SDK's Device; may load the SDK first. */
  makeDevice(token: string): Promise<SdkDevice>;
  /** An error with a `sentence` is shown with that sentence. */
  fetchToken(signal: AbortSignal): Promise<string>;
  /** Ends an own call by the service. Rejects with a BackendError. */
  endCall(key: string, signal: AbortSignal): Promise<void>;
  /** Tells the service whether this page can be rung. */
  available(ready: boolean): Promise<void>;
  /** By which the pages of a browser agree which of them is rung. */
  locks?: Pick<LockManager, "request"> | undefined;
  clock: Clock;
  microphone: Microphone;
  speaker: Speaker;
  tabs: Tabs;
  network: Network;
}

type Level = (level: number) => void;

export function createSoftphone({ microphone, speaker, tabs, network, ...deps }: SoftphoneDeps): Softphone {
  const listeners = new Set<() => void>();
  const input = new Set<Level>();
  const output = new Set<Level>();
  const { handset, tokens } = createEquipment({
    ...deps,
    tokenRefused: () => caller.tokenRefused(),
    incoming: (call) => guest.rung(call),
    registered: (on) => reception.registered(on),
  });
  const parts = {
    ...deps,
    handset,
    tokens,
    microphone,
    tabs,
    changed,
    audible: (audio: SdkAudio | null) => void speaker.apply(audio),
    volume(spoken: number, heard: number) {
      for (const listener of input) listener(spoken);
      for (const listener of output) listener(heard);
    },
  };
  const reception = createReception(parts);
  const caller: Caller = createCaller({
    ...parts,
    offline: network.offline,
    busy: () => isJoinedLive(guest.current()),
  });
  const guest = createGuest({ ...parts, busy: caller.live, show: caller.show });
  const talking = () => caller.live() || isJoinedLive(guest.current());
  const unsubscribe = [microphone.onChange(changed), tabs.onChange(caller.tabsChanged), network.onChange(changed)];
  let state = compose();

  function compose(): SoftphoneState {
    const { permission, microphones, speakers, chosen, lost } = microphone.getState();
    const speakerId = speaker.chosen();
    return {
      ...caller.current(),
      joined: guest.current(),
      microphone: permission,
      microphones,
      speakers,
      microphoneId: chosen,
      speakerId: speakers.some(({ id }) => id === speakerId) ? speakerId : "",
      canChooseSpeaker: speaker.canChoose,
      elsewhere: tabs.elsewhere(),
      offline: network.offline(),
      microphoneLost: lost,
    };
  }

  function changed(): void {
    state = compose();
    reception.free(!inCall(state) && !state.elsewhere);
    for (const listener of listeners) listener();
  }

  function listen(to: Set<Level>, listener: Level): () => void {
    const own: Level = (level) => listener(level); // the same function may listen twice
    to.add(own);
    return () => void to.delete(own);
  }

  return {
    getState: () => state,
    subscribe(listener) {
      const own = () => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    call: caller.call,
    confirm: caller.confirm,
    again: caller.again,
    rejoin: caller.rejoin,
    end: caller.end,
    stay: caller.stay,
    setMuted: (muted) => (isJoinedLive(guest.current()) ? guest : caller).setMuted(muted),
    press: caller.press,
    clear() {
      guest.clear();
      caller.clear();
    },
    beRung: reception.open,
    answer: guest.answer,
    decline: guest.decline,
    leave: guest.leave,
    async checkMicrophone() {
      caller.show((await microphone.check(true)) ?? null);
    },
    async chooseMicrophone(id) {
      const before = microphone.getState().chosen;
      microphone.choose(id);
      const audio = talking() ? caller.audio() : null;
      try {
        await audio?.setInputDevice(id || "default");
      } catch (error) {
        if (microphone.getState().chosen === id) microphone.choose(before); // the call goes on with that one
        throw error;
      }
    },
    async chooseSpeaker(id) {
      await speaker.choose(id, caller.audio()).finally(changed);
    },
    playTestSound: () => speaker.test(),
    onInputLevel(listener) {
      const own = [microphone.onLevel(listener), listen(input, listener)];
      return () => {
        for (const stop of own) stop();
      };
    },
    onOutputLevel: (listener) => listen(output, listener),
    serverSays: caller.serverSays,
    roomSays: caller.roomSays,
    close() {
      for (const stop of unsubscribe) stop();
      listeners.clear();
      reception.open(false);
      guest.close();
      caller.close();
      tokens.close();
      handset.destroy();
      microphone.close();
      tabs.close();
    },
  };
}
