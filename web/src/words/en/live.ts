/** What is said in src/live. */
export default {
  offline: "You are offline. Calls cannot be made until your connection is back. This goes away by itself.",
  unreachable: "The clinic’s service cannot be reached, so calls cannot be made at the moment. We keep trying.",
  lost: "Live updates are paused. What you see may be a little old. We keep trying.",
  tryNow: "Try now",
} as const;
