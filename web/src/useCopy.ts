import { useEffect, useState } from "react";

/** Puts a text on the clipboard; `copied` says so for two seconds. */
export function useCopy(text: string): { copied: boolean; copy(): void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => undefined, // not allowed: the text can still be selected
    );
  };
  return { copied, copy };
}
