/** What is said in src/audit. */
export default {} as const;
