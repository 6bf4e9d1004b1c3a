/** What is said in src/session. */
export default {} as const;
