// A call with several people, for the tests of this folder and of the dock.
import type { Participant, Participants } from "../roomRoutes";

export const KEY = "CA00000000000000000000000000000001";

export function party(label: string, more: Partial<Participant> = {}): Participant {
  return { label, role: "member", state: "connected", held: false, muted: false, self: false, ...more };
}

export const clinician = party("p1-clinician", { role: "clinician", self: true, name: "Dr Amara Okafor" });
export const member = party("p2-member", { name: "Margaret Ellis", ending: "0142" });
export const interpreter = party("p3-interpreter", { role: "interpreter", name: "Mehwish Khan", ending: "0777" });
export const colleague = party("p4-second-clinician", { role: "second-clinician", name: "Dr Tom Reed" });

export function room(participants: Participant[], more: Partial<Participants> = {}): Participants {
  return { call: KEY, room: "open", mine: true, most: 5, participants, ...more };
}
