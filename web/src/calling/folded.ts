// The parts of the dock that come after the first load, in one script; ./unfolded fetches it.
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";

export { AfterCall } from "../after/AfterCall";
export { CutOffNotice } from "./CutOffNotice";
export { DevicesPanel } from "./DevicesPanel";
export { Keypad } from "./Keypad";
export { TellOffer } from "./TellOffer";
