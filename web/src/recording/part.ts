// The parts of what is recorded, in one script; ./parts fetches it where the clinic uses them.
export { default as PastConsent } from "./PastConsent";
export { default as RecordingPanel } from "./RecordingPanel";
export { default as Recordings } from "./Recordings";
