// Where calls are heard.
import type { Remembered } from "./remembered";
import type { SdkAudio } from "./sdk";

export interface Speaker {
  /** Whether the browser lets a page choose. */
  readonly canChoose: boolean;
  /** Id of the chosen one; "": the browser's choice. */
  chosen(): string;
  /** Rejects when it cannot be used; the one before is then chosen still. */
  choose(id: string, audio: SdkAudio | null): Promise<void>;
  /** Lets a new Device, or a new call, use the chosen one. */
  apply(audio: SdkAudio | null): Promise<void>;
  /** Plays a short sound there. Rejects when it cannot be heard there: elsewhere it would prove nothing. */
  test(): Promise<void>;
}

export interface SpeakerDeps {
  makeAudio(url: string): HTMLAudioElement;
  testSound: string;
  canChoose: boolean;
  remembered: Remembered;
}

export function createSpeaker({ makeAudio, testSound, canChoose, remembered }: SpeakerDeps): Speaker {
  const chosen = () => (canChoose ? remembered.get() : "");

  async function apply(audio: SdkAudio | null): Promise<void> {
    const id = chosen();
    if (!audio || !id) return;
    await audio.speakerDevices.set(id).catch(() => {}); // unplugged since: it stays with the default
  }

  return {
    canChoose,
    chosen,
    apply,
    async choose(id, audio) {
      if (!canChoose) return;
      const before = remembered.get();
      remembered.set(id);
      try {
        await audio?.speakerDevices.set(id || "default");
      } catch (error) {
        if (remembered.get() === id) remembered.set(before); // calls are heard there still
        throw error;
      }
    },
    async test() {
      const sound = makeAudio(testSound);
      const id = chosen();
      if (id) await sound.setSinkId(id);
      const done = new Promise<void>((resolve, reject) => {
        sound.onended = () => resolve();
        sound.onerror = () => reject(new Error("the test sound could not be played"));
      });
      await Promise.all([sound.play(), done]);
    },
  };
}
