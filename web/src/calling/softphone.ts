// The one phone of the page: the call, the devices and the other tabs as one
// state. Everything it needs of the browser is handed in.
import { createCaller } from "./caller";
import type { Clock } from "./clock";
import type { Microphone } from "./microphone";
import type { Network } from "./network";
import type { SdkDevice } from "./sdk";
import type { Speaker } from "./speaker";
import type { Softphone, SoftphoneState } from "./state";
import type { Tabs } from "./tabs";

export interface SoftphoneDeps {
  /** Makes the SDK's Device; may load the SDK first. */
  makeDevice(token: string): Promise<SdkDevice>;
  /** An error with a `sentence` is shown with that sentence. */
  fetchToken(signal: AbortSignal): Promise<string>;
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
  const caller = createCaller({
    ...deps,
    microphone,
    tabs,
    changed,
    audible: (audio) => void speaker.apply(audio),
    volume(spoken, heard) {
      for (const listener of input) listener(spoken);
      for (const listener of output) listener(heard);
    },
  });
  const unsubscribe = [microphone.onChange(changed), tabs.onChange(caller.tabsChanged), network.onChange(changed)];
  let state = compose();

  function compose(): SoftphoneState {
    const { permission, microphones, speakers, chosen, lost } = microphone.getState();
    const speakerId = speaker.chosen();
    return {
      ...caller.current(),
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
    end: caller.end,
    setMuted: caller.setMuted,
    press: caller.press,
    clear: caller.clear,
    async checkMicrophone() {
      caller.show((await microphone.check(true)) ?? null);
    },
    async chooseMicrophone(id) {
      const before = microphone.getState().chosen;
      microphone.choose(id);
      const audio = caller.live() ? caller.audio() : null;
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
    close() {
      for (const stop of unsubscribe) stop();
      listeners.clear();
      caller.close();
      microphone.close();
      tabs.close();
    },
  };
}
