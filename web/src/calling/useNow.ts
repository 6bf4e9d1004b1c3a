import { useEffect, useState } from "react";

/** The time, told anew at each full second since `from`, so that all timers of a call turn over together. */
export function useNow(from: number | undefined): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (from === undefined) return;
    let timer: ReturnType<typeof setTimeout>;
    const tick = () => {
      const at = Date.now();
      setNow(at);
      timer = setTimeout(tick, 1000 - ((((at - from) % 1000) + 1000) % 1000));
    };
    tick();
    return () => clearTimeout(timer);
  }, [from]);
  return now;
}
