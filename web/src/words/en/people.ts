/** How people are called: src/people.ts. */
export default {
  withRelation: "{{name}} ({{relation}})",
  household: "the household of {{name}}",
  patient: "the patient",
  relative: "the related person",
  related: "related person",
  patientsRelative: "the patient’s {{relation}}",
} as const;
