import { say } from "../words";

/** "04:32"; from an hour on "1:04:32". */
export function minutesAndSeconds(seconds: number): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** "6 minutes 3 seconds" */
export function spokenDuration(seconds: number): string {
  const units = [
    ["hours", Math.floor(seconds / 3600)],
    ["minutes", Math.floor(seconds / 60) % 60],
    ["seconds", seconds % 60],
  ] as const;
  const parts = units.flatMap(([unit, count]) => (count === 0 ? [] : [say(`calling:duration.${unit}`, { count })]));
  return parts.join(" ") || say("calling:duration.seconds", { count: 0 });
}
