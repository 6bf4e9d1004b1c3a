// Keys of a telephone menu. The browser's sender of tones forgets what it has not
// begun when it is given more (W3C WebRTC, insertDTMF), so quick typing would lose
// keys: what is pressed meanwhile waits, and then goes together.
import { type Attempt, later } from "./attempt";
import type { Clock } from "./clock";

/** The SDK lets a key sound for 160 ms and waits 70 ms before the next. */
const keyTakes = 230;
/** A busy browser begins late. */
const reserve = 250;

export function sendKey(attempt: Attempt, clock: Clock, key: string): void {
  if (attempt.waitingKeys !== undefined) {
    attempt.waitingKeys += key;
    return;
  }
  send(attempt, clock, key);
}

function send(attempt: Attempt, clock: Clock, keys: string): void {
  attempt.waitingKeys = "";
  attempt.call?.sendDigits(keys);
  later(attempt, clock, keys.length * keyTakes + reserve, () => {
    const next = attempt.waitingKeys ?? "";
    delete attempt.waitingKeys;
    if (next) send(attempt, clock, next);
  });
}
