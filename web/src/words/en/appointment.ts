/** What is said in src/appointment. */
export default {} as const;
