// The design brief's colours. Both schemes fill with shade 7: the defaults'
// contrast in the dark scheme falls short of WCAG AA.
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#e8f6f6",
  "#cfebec",
  "#a5d8da",
  "#77c3c7",
  "#4fadb2",
  "#2d949a",
  "#177d84",
  "#0b6a70",
  "#07555a",
  "#044146",
];
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

export const theme = createTheme({
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 7 },
  colors: { teal, green, yellow, orange: yellow, red, dark },
  black: "#1f2a30",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  defaultRadius: "md",
  respectReducedMotion: true,
  cursorType: "pointer",
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.625rem" }, h2: { fontSize: "1.25rem" } } },
  components: {
    Button: { defaultProps: { size: "md" } },
    ActionIcon: { defaultProps: { size: 44 } },
    Input: { defaultProps: { size: "md" } },
  },
});

/** Grounds and inks beyond Mantine's own; the names say what they are for. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#52636d",
    "--mantine-color-error": "#b42318",
    "--mantine-color-default-border": "#84929a",
    "--cl-page": "#f5f8f8",
    "--cl-line": "#d7dfe2",
    "--cl-focus": "#0b6a70",
    "--cl-tint": "#e8f6f6",
    "--cl-tint-ink": "#0b6a70",
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
    "--cl-focus": "#77c3c7",
    "--cl-tint": "#12343a",
    "--cl-tint-ink": "#a5d8da",
    "--cl-good": "#12331f",
    "--cl-good-ink": "#b0dbbe",
    "--cl-warning": "#3a2a06",
    "--cl-warning-ink": "#fcd98a",
    "--cl-danger": "#421512",
    "--cl-danger-ink": "#f7bab4",
  },
});
