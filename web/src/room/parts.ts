// What is shown of a call with more than two in it. It comes after the page, and only where the clinic uses it.
import { later } from "../later";

const load = () => import("./part");

export const BackToCall = later(() => load().then((part) => part.BackToCall));
export const JoinedDock = later(() => load().then((part) => part.JoinedDock));
export const PastParties = later(() => load().then((part) => part.PastParties));
export const RoomPanel = later(() => load().then((part) => part.RoomPanel));

/** Fetches them while nobody waits for them. */
export async function prepareRooms(): Promise<void> {
  await Promise.all([BackToCall, JoinedDock, PastParties, RoomPanel].map((part) => part.prepare()));
}
