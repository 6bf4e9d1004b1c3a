// How whoever is called is called.
import { householdOf, withRelation } from "../people";
import type { Target } from "./state";

/** "Anna Ellis (daughter)"; of somebody who has died it is the household that is called. */
export function calleeOf(target: Target): string {
  return withRelation(nameOf(target), target.relation);
}

export function nameOf(target: Target): string {
  return hasDied(target) ? householdOf(target.name) : target.name;
}

export function hasDied({ doubts }: Target): boolean {
  return doubts?.includes("deceased") ?? false;
}
