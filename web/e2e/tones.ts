// Sounds for the fake microphones: Chromium reads them from WAV files and plays
// them round and round.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const rate = 48_000;

/** What a fake microphone hears: a tone of so many hertz, or nothing at all. */
export type Sound = 1000 | 1500 | 700 | "silence";

const sounds: Sound[] = [700, 1000, 1500, "silence"];

export function toneFile(folder: string, sound: Sound): string {
  return join(folder, `${sound}.wav`);
}

export function writeTones(folder: string): void {
  for (const sound of sounds) writeFileSync(toneFile(folder, sound), wav(sound === "silence" ? 0 : sound));
}

// Ten seconds hold whole periods of every tone used, so that the seam is not heard.
function wav(hertz: number): Buffer {
  const samples = rate * 10;
  const file = Buffer.alloc(44 + samples * 2);
  file.write("RIFF", 0, "latin1");
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write("WAVEfmt ", 8, "latin1");
  file.writeUInt32LE(16, 16); // length of the format
  file.writeUInt16LE(1, 20); // PCM
  file.writeUInt16LE(1, 22); // one channel
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28); // bytes a second
  file.writeUInt16LE(2, 32); // bytes a frame
  file.writeUInt16LE(16, 34); // bits a sample
  file.write("data", 36, "latin1");
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    // Beeps, since a browser takes a steady tone for noise and removes it; and they swell every
    // five seconds, since the SDK takes a level that never changes for a dead microphone.
    const on = (i / rate) % 0.625 < 0.375;
    const level = on ? 0.35 + 0.15 * Math.sin((2 * Math.PI * i) / (rate * 5)) : 0;
    file.writeInt16LE(Math.round(32767 * level * Math.sin((2 * Math.PI * hertz * i) / rate)), 44 + i * 2);
  }
  return file;
}
