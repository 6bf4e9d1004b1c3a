/** What is said in src/after. */
export default {} as const;
