// How people are called on the screen: by their own name, and what they are to
// the patient. No pronouns: the record does not say which.
import { say } from "./words";

/** "Anna Ellis (daughter)" */
export function withRelation(name: string, relation: string | undefined): string {
  return relation ? say("people:withRelation", { name, relation }) : name;
}

/** Who answers the telephone of a patient who has died. */
export function householdOf(name: string): string {
  return say("people:household", { name });
}

/** At the start of a sentence: "The patient", "Anna Ellis". */
export function opening(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A sentence, whoever wrote it: with a capital and a full stop. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? opening(words) : `${opening(words)}.`;
}

export function isPatient(reference: string): boolean {
  return reference.startsWith("Patient/");
}

/** Whether a machine takes messages there: Twilio's words for what answered ("Answering Machine Detection"). */
export function isVoicemail(answeredBy: string | undefined): boolean {
  return answeredBy?.startsWith("machine") ?? false;
}
