// What is heard outside of the call itself: the ringer, and a meter of the call.

// Two bursts of 400 and 450 Hz every three seconds, as British phones ring.
const CYCLE = 3;
const BURSTS = [[0, 0.4], [0.6, 1]];
const LOUDNESS = 0.12;
const EDGE = 0.01; // s of rise and fall, or each burst would click

// Ringer rings once a person has pressed something on the page: before that,
// browsers keep a page silent. It tells "change" when that is so.
export class Ringer extends EventTarget {
  constructor() {
    super();
    this.context = null;
    this.wanted = true;
    this.ringing = false;
    this.node = null;
  }

  get unlocked() { return this.context?.state === "running"; }
  get on() { return this.unlocked && this.wanted; }

  // unlock must be called while a press is handled.
  unlock() {
    if (!this.context) {
      this.context = new AudioContext();
      this.context.addEventListener("statechange", () => this.changed());
    }
    this.context.resume().catch(() => {}); // then it stays silent, and the hint says so
    this.changed();
  }

  turn(on) {
    this.wanted = on;
    this.changed();
  }

  ring(yes) {
    this.ringing = yes;
    this.sound();
  }

  changed() {
    this.sound();
    this.dispatchEvent(new Event("change"));
  }

  sound() {
    const loud = this.ringing && this.on;
    if (loud === Boolean(this.node)) return;
    if (!loud) {
      this.node.stop();
      this.node = null;
      return;
    }
    this.node = this.context.createBufferSource();
    this.node.buffer = this.cycle();
    this.node.loop = true;
    this.node.connect(this.context.destination);
    this.node.start();
  }

  cycle() {
    const rate = this.context.sampleRate;
    const buffer = this.context.createBuffer(1, CYCLE * rate, rate);
    const samples = buffer.getChannelData(0);
    for (const [from, to] of BURSTS) {
      for (let n = Math.round(from * rate); n < Math.round(to * rate); n++) {
        const t = n / rate;
        const edge = Math.min(1, (t - from) / EDGE, (to - t) / EDGE);
        samples[n] = LOUDNESS * edge * (Math.sin(2 * Math.PI * 400 * t) + Math.sin(2 * Math.PI * 450 * t));
      }
    }
    return buffer;
  }
}

// meter shows on node, a <meter>, how loud stream is, until the function it
// returns is called.
export function meter(context, stream, node) {
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    const power = samples.reduce((sum, s) => sum + s * s, 0) / samples.length;
    // -60 dB is silence on a phone line, 0 dB is as loud as it gets.
    node.value = power > 0 ? Math.max(0, 1 + (10 * Math.log10(power)) / 60) : 0;
  }, 100);
  return () => {
    clearInterval(timer);
    source.disconnect();
    node.value = 0;
  };
}
