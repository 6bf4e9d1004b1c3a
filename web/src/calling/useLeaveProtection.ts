import { useEffect } from "react";

/** While a call is live the browser asks before the tab is closed or loaded again. */
export function useLeaveProtection(live: boolean): void {
  useEffect(() => {
    if (!live) return;
    const ask = (event: BeforeUnloadEvent) => {
      event.preventDefault();
      event.returnValue = true; // browsers from before 2023 look at this instead
    };
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [live]);
}
