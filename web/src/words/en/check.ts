/** What is said in src/check. */
export default {} as const;
