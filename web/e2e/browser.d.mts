/** A Chromium to test with. */
export interface FoundBrowser {
  path: string;
  version: string;
  from: "CHROMIUM_PATH" | "system" | "npm";
  /** What its environment needs on top of one's own. */
  env: Record<string, string>;
}
export function findBrowser(): Promise<FoundBrowser>;
