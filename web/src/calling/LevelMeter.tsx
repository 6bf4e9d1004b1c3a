import { useEffect, useRef } from "react";
import styles from "./LevelMeter.module.css";

interface LevelMeterProps {
  label: string;
  /** Starts telling the level, 0 to 1; returns what stops it. Must be the same function as long as the source is. */
  listen(listener: (level: number) => void): () => void;
}

/** Speech is quiet on a linear scale; the square root spreads it over the bar. */
export function barOf(level: number): number {
  return Math.round(Math.sqrt(Math.min(1, Math.max(0, level))) * 100);
}

/** How loud it is, twenty times a second: written to the page without a render. */
export function LevelMeter({ label, listen }: LevelMeterProps) {
  const meter = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(
    () =>
      listen((level) => {
        const percent = barOf(level);
        meter.current?.setAttribute("aria-valuenow", String(percent));
        bar.current?.style.setProperty("--level", `${percent}%`);
      }),
    [listen],
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: the element's parts cannot be styled alike in all browsers
    <div
      ref={meter}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={0}
      className={styles.meter}
    >
      <div ref={bar} className={styles.bar} />
    </div>
  );
}
