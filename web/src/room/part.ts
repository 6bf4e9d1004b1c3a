// The parts of a call with more than two in it, in one script; ./parts fetches it where the clinic uses them.
export { default as BackToCall } from "./BackToCall";
export { default as JoinedDock } from "./JoinedDock";
export { default as PastParties } from "./PastParties";
export { default as RoomPanel } from "./RoomPanel";
