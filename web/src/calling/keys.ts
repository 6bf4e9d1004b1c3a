// Keys of a telephone menu, sent one after the other. The browser's sender of tones
// forgets what it has not begun when it is given more (W3C WebRTC, insertDTMF), so
// quick typing would lose keys.
import { type Attempt, later } from "./attempt";
import type { Clock } from "./clock";

/** The SDK lets a key sound for 160 ms and waits 70 ms before the next; a little more, since timers are not exact. */
const keyTakes = 250;

export function sendKey(attempt: Attempt, clock: Clock, key: string): void {
  attempt.keys.push(key);
  if (attempt.keys.length === 1) sendFirst(attempt, clock);
}

function sendFirst(attempt: Attempt, clock: Clock): void {
  const key = attempt.keys[0];
  if (key === undefined) return;
  attempt.call?.sendDigits(key);
  later(attempt, clock, keyTakes, () => {
    attempt.keys.shift();
    sendFirst(attempt, clock);
  });
}
