// The sentences for what can go wrong before there is a call.
import type { Target, Trouble, TroubleKind } from "./state";

const said: Record<TroubleKind, [sentence: string, retry: boolean]> = {
  token: ["We could not get you ready to call. Check your connection, then try again.", true],
  placing: ["The call could not be placed. Check your connection, then try again.", true],
  loading: ["Part of this page could not be loaded. Check your connection, then load the page again.", true],
  elsewhere: ["End it there, then try again.", true],
  "microphone-denied": [
    "Your browser is not letting this site use the microphone. Select the icon left of the address, set Microphone to Allow, then choose Check again.",
    true,
  ],
  "microphone-dismissed": ["Choose Allow when your browser asks to use the microphone.", true],
  "microphone-missing": ["We could not find a microphone. Plug in a headset, then choose Check again.", true],
  "microphone-in-use": ["Another program is using your microphone. Close it, then try again.", true],
  "microphone-blocked-by-system": ["Your computer's privacy settings block the microphone for this browser.", true],
  "insecure-page": ["Open this page at its https address to make calls.", false],
  "unsupported-browser": ["This browser cannot make calls. Use Chrome, Edge, Firefox or Safari.", false],
};

/** `target`: whose call it hindered. */
export function trouble(kind: TroubleKind, target?: Target): Trouble {
  const [sentence, retry] = said[kind];
  return { kind, sentence, retry, ...(target ? { target } : {}) };
}

/** A token that could not be had. An error that carries a `sentence` for the person is believed. */
export function tokenTrouble(error: unknown, target: Target): Trouble {
  const known = trouble("token", target);
  if (typeof error !== "object" || error === null || !("sentence" in error)) return known;
  return typeof error.sentence === "string" && error.sentence ? { ...known, sentence: error.sentence } : known;
}
