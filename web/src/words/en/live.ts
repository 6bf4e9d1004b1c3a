/** What is said in src/live. */
export default {} as const;
