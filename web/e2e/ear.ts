// What is heard at an end of a call: the sound that arrives there, measured.
import { expect, type Locator, type Page } from "@playwright/test";

declare global {
  interface Window {
    /** What arrived over peer connections, oldest first. */
    arrivedTracks: MediaStreamTrack[];
    /** The one that is being listened to, and how. */
    ear?: { track: MediaStreamTrack; context: AudioContext; analyser: AnalyserNode } | undefined;
    violations: string[];
  }
}

/** Keeps every sound track that arrives. To be called before the page loads. */
export async function hangEars(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.arrivedTracks = [];
    const Real = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Real {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener("track", (event) => window.arrivedTracks.push(event.track));
      }
    };
  });
}

/** How loud it is (root mean square, 1 is full scale), and which share of that is within a few hertz of a tone. */
export interface Heard {
  level: number;
  share: number;
}

/** Listens for about a second to the newest sound that arrives at a page; the loudest moment counts. */
export function hear(page: Page, hertz: number): Promise<Heard> {
  return page.evaluate(async (tone) => {
    const track = window.arrivedTracks.filter((t) => t.kind === "audio" && t.readyState === "live").at(-1);
    if (!track) return { level: 0, share: 0 };
    if (window.ear?.track !== track) {
      await window.ear?.context.close();
      const context = new AudioContext();
      await context.resume();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      window.ear = { track, context, analyser };
    }
    const { analyser, context } = window.ear;
    const samples = new Float32Array(analyser.fftSize);
    let loudest = { level: 0, share: 0 };
    const end = context.currentTime + 0.9; // more than one beep and pause of the fake microphones
    while (context.currentTime < end) {
      await new Promise((resolve) => setTimeout(resolve, 30));
      analyser.getFloatTimeDomainData(samples);
      const now = measure();
      if (now.level > loudest.level) loudest = now;
    }
    return loudest;

    // Goertzel's algorithm, with a Hann window so that a tone between two bins does not leak away.
    function measure() {
      const step = (2 * Math.PI * tone) / context.sampleRate;
      const n = samples.length;
      let before = 0;
      let last = 0;
      let power = 0;
      samples.forEach((sample, i) => {
        const x = sample * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / n));
        power += x * x;
        const next = x + 2 * Math.cos(step) * last - before;
        before = last;
        last = next;
      });
      const inTone = last * last + before * before - 2 * Math.cos(step) * last * before;
      // Under this window a pure tone of amplitude a gives (a·n/4)² in its bin, and 3/16·a²·n in power.
      return { level: Math.sqrt(((8 / 3) * power) / n), share: power === 0 ? 0 : (3 * inTone) / (n * power) };
    }
  }, hertz);
}

/** Waits until a tone is what is heard at a page. */
export async function hears(page: Page, hertz: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { level, share } = await hear(page, hertz);
        return level > 0.02 && share > 0.7
          ? "the tone"
          : `level ${level.toFixed(3)}, ${Math.round(share * 100)} % of it at ${hertz} Hz`;
      },
      { message: `a tone of ${hertz} Hz is heard` },
    )
    .toBe("the tone");
}

/** Waits until a tone is heard at a page, among others: several speak at once. */
export async function hearsAmong(page: Page, hertz: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { level, share } = await hear(page, hertz);
        return level * Math.sqrt(share) > 0.02
          ? "the tone"
          : `level ${level.toFixed(3)}, ${Math.round(share * 100)} % of it at ${hertz} Hz`;
      },
      { message: `a tone of ${hertz} Hz is heard among others` },
    )
    .toBe("the tone");
}

/** How much of a tone is on each channel of an <audio> element that plays, from 0 to 1. */
export function playsAt(audio: Locator, hertz: number): Promise<number[]> {
  return audio.evaluate(async (element: HTMLAudioElement, tone) => {
    const heard = element as HTMLAudioElement & { splits?: AnalyserNode[] };
    if (!heard.splits) {
      const context = new AudioContext();
      await context.resume();
      const splitter = context.createChannelSplitter(2);
      const source = context.createMediaElementSource(heard);
      source.connect(splitter);
      source.connect(context.destination);
      heard.splits = [0, 1].map((channel) => {
        const analyser = context.createAnalyser();
        analyser.fftSize = 4096;
        splitter.connect(analyser, channel);
        return analyser;
      });
    }
    const loudest = [0, 0];
    for (const end = performance.now() + 1_200; performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      heard.splits.forEach((analyser, channel) => {
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        const bin = Math.round((tone * analyser.fftSize) / analyser.context.sampleRate);
        const level = 10 ** (Math.max(...bins.slice(bin - 2, bin + 3)) / 20);
        loudest[channel] = Math.max(loudest[channel] ?? 0, level);
      });
    }
    return loudest;
  }, hertz);
}

/** Waits until a tone is not, or no longer, heard at a page. */
export async function hearsNo(page: Page, hertz: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { level, share } = await hear(page, hertz);
        return level * Math.sqrt(share) < 0.005
          ? "none of it"
          : `level ${level.toFixed(3)}, ${Math.round(share * 100)} %`;
      },
      { message: `nothing of ${hertz} Hz is heard` },
    )
    .toBe("none of it");
}

/** One of the notes of the music of who is on hold: a second in every three. */
const note = 392;

/** Waits until the music of who is on hold is heard at a page. */
export function hearsMusic(page: Page): Promise<void> {
  return hearsAmong(page, note);
}

/** Waits until none of that music is heard at a page, listening for longer than its round of three seconds. */
export async function hearsNoMusic(page: Page): Promise<void> {
  await expect
    .poll(
      async () => {
        let most = 0;
        for (let times = 0; times < 4; times++) {
          const { level, share } = await hear(page, note);
          most = Math.max(most, level * Math.sqrt(share));
        }
        return most < 0.005 ? "none of it" : `level ${most.toFixed(3)} at ${note} Hz`;
      },
      { message: "no music is heard" },
    )
    .toBe("none of it");
}
