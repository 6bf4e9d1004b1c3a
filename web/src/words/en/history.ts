/** What is said in src/history. */
export default {} as const;
