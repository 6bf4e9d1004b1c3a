// Writes web/public/sounds: node web/sounds/generate.mjs
// Short tones, 8 kHz mu-law (ITU-T G.711) in WAV, so that the page asks nobody
// else for sounds. Keys: ITU-T Q.23 pairs; ring: 400 + 450 Hz, as in Britain.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const rate = 8000;
const into = fileURLToPath(new URL("../public/sounds/", import.meta.url));

/** A chord of so many seconds, faded at both ends so that it does not click. */
function tone(frequencies, seconds, level) {
  const count = Math.round(seconds * rate);
  const fade = Math.min(80, count / 2);
  return Array.from({ length: count }, (_, i) => {
    const envelope = Math.min(1, i / fade, (count - 1 - i) / fade);
    const sum = frequencies.reduce((s, f) => s + Math.sin((2 * Math.PI * f * i) / rate), 0);
    return (level * envelope * sum) / Math.max(1, frequencies.length);
  });
}

/** ITU-T G.711 mu-law of a sample from -1 to 1. */
function muLaw(sample) {
  const magnitude = Math.min(32635, Math.abs(Math.round(sample * 32767))) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 15;
  return ~((sample < 0 ? 128 : 0) | (exponent << 4) | mantissa) & 255;
}

function wav(samples) {
  const data = Buffer.from(samples.map(muLaw));
  const pad = data.length % 2;
  const head = Buffer.alloc(58);
  head.write("RIFF", 0);
  head.writeUInt32LE(50 + data.length + pad, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(18, 16);
  head.writeUInt16LE(7, 20); // mu-law
  head.writeUInt16LE(1, 22); // one channel
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("fact", 38);
  head.writeUInt32LE(4, 42);
  head.writeUInt32LE(data.length, 46);
  head.write("data", 50);
  head.writeUInt32LE(data.length, 54);
  return Buffer.concat([head, data, Buffer.alloc(pad)]);
}

const silence = (seconds) => tone([], seconds, 0);
const low = [697, 770, 852, 941];
const high = [1209, 1336, 1477];
const key = (row, column) => tone([low[row], high[column]], 0.16, 0.25);

const all = {
  outgoing: [...tone([523], 0.07, 0.15), ...tone([784], 0.11, 0.15)],
  disconnect: [...tone([784], 0.07, 0.15), ...tone([523], 0.11, 0.15)],
  incoming: [...tone([400, 450], 0.4, 0.3), ...silence(0.2), ...tone([400, 450], 0.4, 0.3), ...silence(2)],
  test: [...tone([523], 0.25, 0.3), ...tone([659], 0.25, 0.3), ...tone([784], 0.4, 0.3)],
  "dtmf-s": key(3, 0),
  "dtmf-0": key(3, 1),
  "dtmf-h": key(3, 2),
};
for (let n = 1; n <= 9; n += 1) all[`dtmf-${n}`] = key(Math.floor((n - 1) / 3), (n - 1) % 3);

mkdirSync(into, { recursive: true });
for (const [name, samples] of Object.entries(all)) writeFileSync(`${into}${name}.wav`, wav(samples));
