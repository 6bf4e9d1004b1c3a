/** What is said in src/backend.ts, main.tsx and settings.ts: what the service says by a code stands in service.ts. */
export default {
  unreachable: "The clinic’s service cannot be reached. Check your connection, then try again.",
  ended: "Your session has ended. Sign in again to go on.",
  away: "The clinic’s service is not available at the moment. Try again in a minute.",
  stranger: "Something answered in place of the clinic’s service. Load the page again.",
  noStream: "Live updates did not come through. The page tries again by itself.",
  notServed:
    "This page does not know where to sign in, because it was not opened at the clinic’s address. Open it there.",
} as const;
