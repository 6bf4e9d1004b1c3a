/** What is said in src/today. */
export default {
  unread_one: "{{count}} appointment of this day could not be read.",
  unread_other: "{{count}} appointments of this day could not be read.",
} as const;
