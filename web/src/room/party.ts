// How somebody in a call is called, and how they are, in words.
import { minutesAndSeconds } from "../calling/duration";
import { opening } from "../people";
import type { Candidate, Participant } from "../roomRoutes";
import { say } from "./words";

/** Their name, or what they are where the record has none. */
export function nameOf({ name, role }: Pick<Participant, "name" | "role">): string {
  return name ? opening(name) : opening(say(`room:role.${role}`));
}

/** What they are beside their name; nothing where that is all that is known of them. */
export function roleOf({ name, role }: Pick<Participant, "name" | "role">): string | undefined {
  return name ? say(`room:role.${role}`) : undefined;
}

export function candidateRole({ role, relationship, language }: Candidate): string {
  if (relationship) return relationship;
  if (role === "interpreter" && language) return say("room:candidates.language", { language });
  return say(`room:role.${role}`);
}

/** Whether they are in it, or are being brought in. */
export function isIn({ state }: Participant): boolean {
  return state !== "left";
}

/** `held`: for how many seconds they have been on hold. */
export function stateOf(party: Participant, held: number): string {
  const time = minutesAndSeconds(held);
  switch (party.state) {
    case "left":
      return say(`room:outcome.${party.outcome ?? "left"}`);
    case "connected":
      if (party.held && party.muted) return say("room:state.heldMuted", { time });
      if (party.held) return say("room:state.held", { time });
      return party.muted ? say("room:state.muted") : say("room:state.connected");
  }
  return say(`room:state.${party.state}`);
}

/** What is new about the others, as a screen reader says it: one sentence for each, in the order of the list. */
export function newsOf(before: readonly Participant[], now: readonly Participant[]): string[] {
  return now.flatMap((party) => {
    if (party.self) return [];
    const one = newsOfOne(
      before.find(({ label }) => label === party.label),
      party,
    );
    return one ? [one] : [];
  });
}

function newsOfOne(before: Participant | undefined, now: Participant): string | undefined {
  const name = nameOf(now);
  const was = before?.state ?? "asked";
  if (!before && now.state !== "left") return now.state === "connected" ? in_(name) : say("room:news.asked", { name });
  if (was !== now.state && now.state === "left") {
    return say("room:news.left", { name, how: say(`room:outcome.${now.outcome ?? "left"}`) });
  }
  if (was !== now.state && now.state === "connected") return in_(name);
  if (before && before.held !== now.held) {
    return now.held ? say("room:news.held", { name }) : say("room:news.unheld", { name });
  }
  if (before && before.muted !== now.muted) {
    return now.muted ? say("room:news.muted", { name }) : say("room:news.unmuted", { name });
  }
  return undefined;
}

function in_(name: string): string {
  return say("room:news.connected", { name });
}
