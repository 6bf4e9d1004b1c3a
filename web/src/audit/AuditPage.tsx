/** Every call of the clinic, for an auditor. */
export default function AuditPage() {
  return null;
}
