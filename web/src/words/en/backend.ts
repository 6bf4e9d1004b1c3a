/** What is said in src/backend. */
export default {} as const;
