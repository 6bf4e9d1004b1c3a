// How a call that goes on is told to a supervisor, and what is new of all of them. Pure.
import type { ClinicTime } from "../clinictime";
import { nameOf, newsOf, stateOf } from "../room/party";
import type { LiveCall, Participant } from "../roomRoutes";
import { say } from "./words";

/** Whose call it is: the clinician's name, who is its first party. */
export function whoseOf({ participants }: Pick<LiveCall, "participants">): string {
  const clinician = participants.find(({ role }) => role === "clinician");
  return clinician?.name ?? say("supervisor:colleague");
}

export function howWords(party: Participant, time: ClinicTime): string {
  if (party.state !== "connected" || !party.held) return stateOf(party, 0);
  const hold = party.heldSince
    ? say("supervisor:onHoldSince", { at: time.clock(party.heldSince) })
    : say("supervisor:onHold");
  return party.muted ? say("supervisor:onHoldMuted", { hold }) : hold;
}

/** More than these at once say less than that there is much. */
const HEARD_AT_ONCE = 4;

/** What is new, as a screen reader says it; of one's own call the dock says it. */
export function newsOfCalls(before: readonly LiveCall[], now: readonly LiveCall[]): string {
  const was = new Map(before.map((one) => [one.call, one]));
  const is = new Set(now.map(({ call }) => call));
  const news = [
    ...now.filter(isOthers).flatMap((one) => {
      const known = was.get(one.call);
      return known
        ? newsOf(known.participants, one.participants)
        : [say("supervisor:news.begun", { name: namesOf(one) })];
    }),
    ...before
      .filter(isOthers)
      .flatMap((one) => (is.has(one.call) ? [] : [say("supervisor:news.over", { name: namesOf(one) })])),
  ];
  return news.length > HEARD_AT_ONCE ? say("supervisor:news.many") : news.join(". ");
}

function isOthers({ mine }: LiveCall): boolean {
  return !mine;
}

function namesOf({ participants }: LiveCall): string {
  return participants.map(nameOf).join(", ");
}
