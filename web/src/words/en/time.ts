/** How times and lengths are said (src/clinictime.ts). */
export default {
  unknown: "time unknown",
  dayAndClock: "{{day}}, {{clock}}",
  seconds: "{{seconds}} s",
  minutes: "{{minutes}} min",
  minutesAndSeconds: "{{minutes}} min {{seconds}} s",
} as const;
