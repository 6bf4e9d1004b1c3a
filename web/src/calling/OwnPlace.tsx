import { type ComponentProps, useEffect, useRef } from "react";
import panel from "./panel.module.css";

interface OwnPlaceProps extends Omit<ComponentProps<"fieldset">, "ref" | "tabIndex" | "onKeyDown"> {
  onEscape(): void;
}

/** What opens in a place of its own; the focus goes to its words and to no control, so that no key meant before presses one. */
export function OwnPlace({ onEscape, className = "", children, ...named }: OwnPlaceProps) {
  const part = useRef<HTMLFieldSetElement>(null);
  useEffect(() => part.current?.focus({ preventScroll: true }), []);
  return (
    <fieldset
      ref={part}
      tabIndex={-1}
      className={`${panel.ownPlace} ${className}`}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onEscape();
      }}
      {...named}
    >
      {children}
    </fieldset>
  );
}
