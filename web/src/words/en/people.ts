/** What is said in src/people. */
export default {} as const;
