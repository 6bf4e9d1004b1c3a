import { useEffect, useState } from "react";

/**
 * The time, told anew at each full step since `from`, so that all clocks with the same start turn over together. Without
 * a start it stands still. Both in milliseconds, `from` since 1970.
 */
export function useNow(from: number | undefined, every = 1_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (from === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const at = Date.now();
      setNow(at);
      timer = setTimeout(tick, every - ((((at - from) % every) + every) % every));
    };
    tick();
    return () => clearTimeout(timer);
  }, [from, every]);
  return now;
}
