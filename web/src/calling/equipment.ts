// What calls are made with, whoever makes them: the SDK's Device and the token that it lives by.
import type { Clock } from "./clock";
import { createHandset, type Handset, type HandsetDeps } from "./handset";
import { createTokens, type Tokens } from "./tokens";

export interface EquipmentDeps extends Pick<HandsetDeps, "makeDevice" | "tokenRefused" | "incoming" | "registered"> {
  fetchToken(signal: AbortSignal): Promise<string>;
  clock: Clock;
}

export interface Equipment {
  handset: Handset;
  tokens: Tokens;
}

export function createEquipment({ fetchToken, clock, ...deps }: EquipmentDeps): Equipment {
  const handset = createHandset({ ...deps, clock, tokenWillExpire: () => tokens.renew() });
  const tokens = createTokens({ fetchToken, clock, renewed: (token) => handset.updateToken(token) });
  return { handset, tokens };
}
