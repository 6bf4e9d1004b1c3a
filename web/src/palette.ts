// The accent and what is mixed from it. No React.
import type { MantineColorsTuple } from "@mantine/core";

/** Where the clinic has none of its own. */
export const OWN_ACCENT = "#0b6a70";

/** How much white is in the shades that are lighter than the accent, and black in the darker ones. */
const LIGHTER = [0.91, 0.8, 0.62, 0.45, 0.28, 0.14, 0.05];
const DARKER = [0.2, 0.38];

/** Ten shades, light to dark; the eighth is the accent itself. */
export function shades(accent: string): MantineColorsTuple {
  const light = LIGHTER.map((share) => mix(accent, 255, share));
  const dark = DARKER.map((share) => mix(accent, 0, share));
  return [...light, accent, ...dark] as unknown as MantineColorsTuple;
}

function mix(colour: string, ground: number, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(part + (ground - part) * share)
      .toString(16)
      .padStart(2, "0");
  });
  return `#${parts.join("")}`;
}
