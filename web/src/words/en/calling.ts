/** What is said in src/calling. */
export default {} as const;
