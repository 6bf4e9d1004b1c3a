// How the app looks: one accent, the clinic's own if it has one; six sizes of type; quiet lines. Both schemes
// fill with shade 7: the defaults' contrast in the dark scheme falls short of WCAG AA.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";
import { OWN_ACCENT, shades } from "./palette";

const green: MantineColorsTuple = [
  "#edf7f0",
  "#d6ecdd",
  "#b0dbbe",
  "#86c79c",
  "#5fb17d",
  "#3f9a62",
  "#29824e",
  "#1a6e3c",
  "#12582f",
  "#0b4323",
];
const yellow: MantineColorsTuple = [
  "#fff6e0",
  "#ffebbd",
  "#fcd98a",
  "#f2c258",
  "#dea52f",
  "#bf8512",
  "#9b6602",
  "#7a4b00",
  "#623b00",
  "#4a2c00",
];
const red: MantineColorsTuple = [
  "#fdf1f0",
  "#fbdedb",
  "#f7bab4",
  "#f1918a",
  "#e86a60",
  "#db463a",
  "#c93123",
  "#b42318",
  "#921a11",
  "#70120b",
];
const dark: MantineColorsTuple = [
  "#e3eaed",
  "#c4ced3",
  "#a3b1b8",
  "#7d8d95",
  "#44545d",
  "#33424a",
  "#27343b",
  "#1b262c",
  "#131c21",
  "#0d1418",
];

/** @param brand "#rrggbb" on which white words can be read: the service has checked it. */
export function themeOf(brand = OWN_ACCENT) {
  return createTheme({
    primaryColor: "teal",
    primaryShade: { light: 7, dark: 7 },
    colors: { teal: shades(brand), green, yellow, orange: yellow, red, dark },
    black: "#1f2a30",
    fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
    defaultRadius: "md",
    respectReducedMotion: true,
    cursorType: "pointer",
    fontSizes: { xs: "0.8125rem", sm: "0.875rem", md: "1rem", lg: "1.1875rem", xl: "1.5rem" },
    lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.4", xl: "1.3" },
    spacing: { xs: "0.5rem", sm: "0.75rem", md: "1rem", lg: "1.5rem", xl: "2rem" },
    radius: { md: "0.5rem" },
    headings: {
      fontWeight: "650",
      sizes: {
        h1: { fontSize: "1.5rem", lineHeight: "1.3" },
        h2: { fontSize: "1.1875rem", lineHeight: "1.4" },
        h3: { fontSize: "1rem", lineHeight: "1.5" },
      },
    },
    components: {
      Button: { defaultProps: { size: "md" } },
      ActionIcon: { defaultProps: { size: 44 } },
      Input: { defaultProps: { size: "md" } },
    },
  });
}

/** Grounds and inks beyond Mantine's own; the names say what they are for. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    "--cl-accent": "var(--mantine-color-teal-7)",
    "--cl-text-xs": "0.8125rem",
    "--cl-text-sm": "0.875rem",
    "--cl-text-md": "1rem",
    "--cl-text-lg": "1.1875rem",
    "--cl-text-xl": "1.5rem",
    "--cl-text-2xl": "1.875rem",
    "--cl-line-tight": "1.3",
    "--cl-line-text": "1.5",
    "--cl-space-1": "0.25rem",
    "--cl-space-2": "0.5rem",
    "--cl-space-3": "0.75rem",
    "--cl-space-4": "1rem",
    "--cl-space-5": "1.5rem",
    "--cl-space-6": "2rem",
    "--cl-space-7": "3rem",
    "--cl-radius": "0.5rem",
  },
  light: {
    "--mantine-color-dimmed": "#52636d",
    "--mantine-color-error": "#b42318",
    "--mantine-color-default-border": "#84929a",
    "--cl-page": "#f7f9f9",
    "--cl-line": "#dfe6e8",
    "--cl-focus": "var(--cl-accent)",
    "--cl-tint": "color-mix(in srgb, var(--cl-accent) 9%, #fff)",
    "--cl-tint-ink": "color-mix(in srgb, var(--cl-accent) 88%, #000)",
    "--cl-good": "#edf7f0",
    "--cl-good-ink": "#1a6e3c",
    "--cl-warning": "#fff6e0",
    "--cl-warning-ink": "#7a4b00",
    "--cl-danger": "#fdf1f0",
    "--cl-danger-ink": "#b42318",
  },
  dark: {
    "--mantine-color-dimmed": "#a3b1b8",
    "--mantine-color-error": "#f7a79f",
    "--mantine-color-default-border": "#7d8d95",
    "--cl-page": "#131c21",
    "--cl-line": "#33424a",
    "--cl-focus": "color-mix(in srgb, var(--cl-accent) 45%, #fff)",
    "--cl-tint": "color-mix(in srgb, var(--cl-accent) 32%, #1b262c)",
    "--cl-tint-ink": "color-mix(in srgb, var(--cl-accent) 32%, #fff)",
    "--cl-good": "#12331f",
    "--cl-good-ink": "#b0dbbe",
    "--cl-warning": "#3a2a06",
    "--cl-warning-ink": "#fcd98a",
    "--cl-danger": "#421512",
    "--cl-danger-ink": "#f7bab4",
  },
});
