// The level of a microphone outside a call. It opens the microphone only while
// somebody looks, and never asks for it: that is the check's business.
import type { Clock, Timer } from "./clock";

const every = 50; // twenty times a second
/** Root mean square of loud speech into a headset; above it the meter is full. */
const loud = 0.25;

export interface Meter {
  onLevel(listener: (level: number) => void): () => void;
  /** Whether the microphone may be opened, and which. */
  use(allowed: boolean, id: string): void;
  pause(paused: boolean): void;
  close(): void;
}

export interface MeterDeps {
  open(id: string): Promise<MediaStream>;
  makeContext(): AudioContext;
  clock: Clock;
}

export function createMeter({ open, makeContext, clock }: MeterDeps): Meter {
  const listeners = new Set<(level: number) => void>();
  let allowed = false;
  let wanted = "";
  let paused = false;
  /** Ends the measuring that runs or is being set up. */
  let stop: (() => void) | null = null;
  let running = "";

  function settle(): void {
    const on = allowed && !paused && listeners.size > 0;
    if (stop && (!on || running !== wanted)) {
      stop();
      stop = null;
    }
    if (!on || stop) return;
    running = wanted;
    stop = start(wanted);
  }

  function start(id: string): () => void {
    let ended = false;
    let release = () => {};
    open(id).then(
      (stream) => {
        release = measure(stream);
        if (ended) release();
      },
      () => tell(0), // the check says why; a meter only shows nothing
    );
    return () => {
      ended = true;
      release();
    };
  }

  function measure(stream: MediaStream): () => void {
    const context = makeContext();
    void context.resume?.().catch(() => {});
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const wave = new Float32Array(analyser.fftSize);
    let timer: Timer | undefined;
    const look = () => {
      timer = clock.setTimeout(look, every);
      analyser.getFloatTimeDomainData(wave);
      tell(levelOf(wave));
    };
    look();
    return () => {
      clock.clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
      void context.close().catch(() => {});
    };
  }

  function tell(level: number): void {
    for (const listener of listeners) listener(level);
  }

  return {
    onLevel(listener) {
      const own = (level: number) => listener(level); // the same function may listen twice
      listeners.add(own);
      settle();
      return () => {
        listeners.delete(own);
        settle();
      };
    },
    use(may, id) {
      allowed = may;
      wanted = id;
      settle();
    },
    pause(on) {
      paused = on;
      settle();
    },
    close() {
      listeners.clear();
      settle();
    },
  };
}

/** 0 to 1, on the scale by which loudness is heard: 50 dB below loud is nothing. */
export function levelOf(wave: Float32Array): number {
  const mean = wave.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, wave.length);
  if (mean === 0) return 0;
  const decibels = 20 * Math.log10(Math.sqrt(mean) / loud);
  return Math.min(1, Math.max(0, 1 + decibels / 50));
}
