import { VisuallyHidden } from "@mantine/core";
import { say } from "../words";
import { useSoftphone } from "./context";
import type { SoftphoneState } from "./state";
import { isLive } from "./transitions";
import { troubleHeading } from "./troubles";
import { words } from "./words";

/**
 * Tells a screen reader where the call is, on every page. Both regions are always there: one that comes with its words
 * is often not read out.
 */
export function Announcer() {
  const { state } = useSoftphone();
  const { status, alert } = announcement(state);
  return (
    <VisuallyHidden>
      <div role="status" data-testid="call-status">
        {status}
      </div>
      <div role="alert" data-testid="call-alert">
        {alert}
      </div>
    </VisuallyHidden>
  );
}

export function announcement(state: SoftphoneState): { status: string; alert: string } {
  const { call, trouble, microphone } = state;
  const live = isLive(call);
  if (!live && state.elsewhere) return { status: say("calling:elsewhere.heading"), alert: "" };
  if (trouble && !live)
    return {
      status: "",
      alert: say("calling:trouble.spoken", { heading: troubleHeading(trouble.kind), sentence: trouble.sentence }),
    };
  // That one could call is worth a word only where it was in doubt.
  if (!call && microphone !== "ok") return { status: "", alert: "" };
  const said = words(call, 0, { clock: () => "", microphone, offline: state.offline });
  const problem = trouble ? trouble.sentence : "";
  return said.alert ? { status: "", alert: said.spoken } : { status: said.spoken, alert: problem };
}
