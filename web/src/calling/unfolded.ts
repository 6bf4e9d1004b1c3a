// What unfolds below the dock's row, and what stands in its place after a reload: it comes a moment after the page, so
// that the first load stays small. The row itself, with what ends a call, is there from the beginning.
import { later } from "../later";

const load = () => import("./folded");

export const AfterCall = later(() => load().then((parts) => parts.AfterCall));
export const CutOffNotice = later(() => load().then((parts) => parts.CutOffNotice));
export const DevicesPanel = later(() => load().then((parts) => parts.DevicesPanel));
export const Keypad = later(() => load().then((parts) => parts.Keypad));
export const TellOffer = later(() => load().then((parts) => parts.TellOffer));

const all = [AfterCall, CutOffNotice, DevicesPanel, Keypad, TellOffer];

/** Fetches them while nobody waits for them. */
export async function loadUnfolded(): Promise<void> {
  await Promise.all(all.map((part) => part.prepare()));
}

/** As an effect: once the page stands, so that they are there before a call can be. */
export function prepareUnfolded(): void {
  void loadUnfolded();
}
