/** What is said in src/time. */
export default {} as const;
