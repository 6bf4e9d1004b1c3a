/** What is said around every page. */
export default {
  skip: "Skip to main content",
} as const;
