/** What is said in src/reviewer. It comes with its page (src/reviewer/words.ts). */
export default {
  title: "Recordings",
  lead: "Every call of which something was recorded. Who listens to a recording, or deletes it, is kept.",
  looking: "Looking for recordings…",
  failed: "The recordings could not be loaded",
  none: "Nothing was recorded on these days.",
  noneHint: "Choose other days above.",
  days: "Which days",
  patient: "Patient: {{name}}",
  noConsent: "Nothing is known of what the person called said about recording.",
} as const;
