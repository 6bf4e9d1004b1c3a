// What came of a call, asked for once it is over.
import type { CallState } from "../calling/state";

export interface AfterCallProps {
  /** The ended call, as the dock shows it. */
  call: CallState;
}

/** What came of it and a short note, both optional; then who is next. */
export function AfterCall(_: AfterCallProps) {
  return null;
}
