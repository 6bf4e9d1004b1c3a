import { useRoute } from "wouter";
import { AllCalls } from "./AllCalls";
import { OneCall } from "./OneCall";

/** /calls and /calls/:key, for auditors. Nothing here leads to a call. */
export default function AuditPage() {
  const [opened, params] = useRoute<{ key: string }>("/calls/:key");
  return opened && params ? <OneCall key={params.key} callKey={params.key} /> : <AllCalls />;
}
