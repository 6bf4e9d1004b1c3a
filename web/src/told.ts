// What the service tells by a code, in the catalogue's sentence. Its own sentence stands where the code is of a newer
// service, or where it names what no code can: the country that may not be called.
import type { components } from "./api";
import { say } from "./words";
import service from "./words/en/service";

type Schemas = components["schemas"];
type Of<Table extends "refusal" | "failure" | "reason" | "code"> = keyof (typeof service)[Table];

function knows<Table extends "refusal" | "failure" | "reason" | "code">(
  table: Table,
  code: string | undefined,
): code is Of<Table> & string {
  return code !== undefined && Object.hasOwn(service[table], code);
}

/** Of a call of which nothing is known: no status yet, or one of a newer service. */
export function unknownWords({ status, summary }: Partial<Pick<Schemas["Call"], "status" | "summary">>): string {
  return (status && summary) || say("service:outcome.unknown.summary");
}

/** Why a call may not be dialled, or was not. */
export function refusalWords(refusal: Schemas["Refusal"] | undefined): string {
  if (!refusal) return say("service:refusalUnknown");
  const { code, sentence } = refusal;
  return knows("refusal", code) && code !== "country-not-allowed" ? say(`service:refusal.${code}`) : sentence;
}

/** Why a call failed. */
export function failureWords({ kind, reason }: Schemas["Failure"]): string {
  return knows("failure", kind) ? say(`service:failure.${kind}`) : reason;
}

/** Why a request failed, and what to do. */
export function problemWords({ code, reason, detail }: Pick<Schemas["Problem"], "code" | "reason" | "detail">): string {
  if (knows("reason", reason)) return say(`service:reason.${reason}`);
  // A reason that is not known here says more than the code does, and an older service has codes of its own.
  return reason === undefined && knows("code", code) ? say(`service:code.${code}`) : detail;
}
