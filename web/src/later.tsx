// Parts of a page that its first screen does not need: each comes with a script of its own, once the page stands, or
// at the latest when it is shown.
import { type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";
import { say } from "./words";

export interface Later<Props> {
  (props: Props): ReactNode;
  /** Fetches it before anybody asks for it. Where that fails, it is tried again when it is shown. */
  prepare(): Promise<void>;
}

/**
 * Shows what `load` gives. Prepared it is drawn at once, like any other component: nothing is empty for a moment, and
 * who sends the focus into it finds it there. What cannot be loaded says so in its own place: it takes nothing else
 * of the page with it.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  let here: ComponentType<Props> | undefined;
  const fetch = async () => {
    here ??= await load();
    return { default: here };
  };
  const awaited = () => lazy(() => fetch().catch(() => ({ default: Missing }))) as unknown as ComponentType<Props>;

  function Part(props: Props) {
    // Chosen once: what was waited for is not drawn anew when it arrives.
    const [Chosen] = useState<ComponentType<Props>>(() => here ?? awaited());
    return (
      <Suspense fallback={null}>
        <Chosen {...props} />
      </Suspense>
    );
  }
  const prepare = () =>
    fetch().then(
      () => undefined,
      () => undefined,
    );
  return Object.assign(Part, { prepare });
}

function Missing() {
  return <p role="alert">{say("shell:missing")}</p>;
}
