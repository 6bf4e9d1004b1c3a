// What is shown of recording. It comes after the page, and only where the clinic uses it.
import { later } from "../later";

const load = () => import("./part");

export const PastConsent = later(() => load().then((part) => part.PastConsent));
export const RecordingPanel = later(() => load().then((part) => part.RecordingPanel));
export const Recordings = later(() => load().then((part) => part.Recordings));

/** Fetches them while nobody waits for them. */
export async function prepareRecording(): Promise<void> {
  await Promise.all([PastConsent, RecordingPanel, Recordings].map((part) => part.prepare()));
}
