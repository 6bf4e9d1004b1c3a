// OpenID Connect, authorization code with PKCE (RFC 6749, RFC 7636, OpenID
// Connect Core 1.0). The library is no part of the first load: a page
// opened with a fresh session does without it for a while.
import type { AuthorizationServer, TokenEndpointResponse } from "oauth4webapi";
import { claimsOf } from "../jwt";
import { say } from "../words";
import { ended, refused, SignInError, unreachable } from "./error";

export { SignInError } from "./error";

export interface Tokens {
  /** Descope's session; the service takes it as a bearer token. */
  accessToken: string;
  refreshToken?: string;
  /** Only to hint at whom to sign out. */
  idToken?: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** The clinician's own name, for the header. */
  name: string;
  /** Who it is at the provider (`sub`): names are not unique, and change. */
  person: string;
}

/** What a sign-in that is under way must remember until the answer comes. */
export interface Attempt {
  state: string;
  nonce: string;
  verifier: string;
  /** Path and query below the base, where the person wanted to go. */
  returnTo: string;
  prompt?: Prompt;
}

/** "none": nobody is asked, and who is signed in at the provider is. "login": the person is asked, whoever is. */
export type Prompt = "none" | "login";

export interface Provider {
  /** Fetches what the other verbs need, so that a network that goes away later does not matter. Never rejects. */
  prepare(): Promise<void>;
  begin(returnTo: string, statePrefix: string, prompt?: Prompt): Promise<{ address: string; attempt: Attempt }>;
  finish(answer: URLSearchParams, attempt: Attempt): Promise<Tokens>;
  refresh(tokens: Tokens): Promise<Tokens>;
  /** Where to go to end the session there too; none if the provider has no such page. Revokes on the way. */
  end(tokens: Tokens): Promise<string | undefined>;
}

export interface ProviderConfig {
  issuer: string;
  clientId: string;
  /** Origin and base of this app, without a slash at the end. */
  home: string;
  now?: () => number;
}

// Descope puts roles and the clinic's own claims into the session only when
// they are asked for; a provider that does not announce a scope is not asked.
const WANTED = ["openid", "profile", "descope.claims", "descope.custom_claims", "offline_access"];

const SLOW = 15_000;
/** Answers to prompt=none (OpenID Connect Core 1.0, section 3.1.2.6). */
const ASK = ["login_required", "interaction_required", "account_selection_required", "consent_required"];
/** Between asking the person and the tokens lie a few redirects, and perhaps a second factor. Seconds. */
const JUST_NOW = 300;

export function scopesFor(announced: readonly string[] | undefined): string {
  return WANTED.filter((scope) => scope === "openid" || !announced || announced.includes(scope)).join(" ");
}

export function createProvider(config: ProviderConfig): Provider {
  const issuer = new URL(config.issuer);
  const client = { client_id: config.clientId };
  const redirect = `${config.home}/signed-in`;
  const now = config.now ?? Date.now;
  let known: AuthorizationServer | undefined;

  const library = () => import("oauth4webapi");
  type Library = Awaited<ReturnType<typeof library>>;
  const options = (oauth: Library) => ({
    // A name on this machine cannot be listened to; anything else must be https.
    [oauth.allowInsecureRequests]: isLoopback(issuer.hostname),
    signal: () => AbortSignal.timeout(SLOW),
  });

  async function server(oauth: Library): Promise<AuthorizationServer> {
    if (known) return known;
    const response = await oauth.discoveryRequest(issuer, { algorithm: "oidc", ...options(oauth) });
    known = await oauth.processDiscoveryResponse(issuer, response);
    return known;
  }

  function tokensOf(answer: TokenEndpointResponse, before?: Tokens): Tokens {
    const claims = claimsOf(answer.id_token ?? answer.access_token);
    // A renewal goes on with the same person, and need not say who that is.
    const person = before?.person ?? claims.sub;
    const exp = claimsOf(answer.access_token).exp;
    const name = [claims.name, claims.email, before?.name].find((one) => typeof one === "string" && one !== "");
    const refreshToken = answer.refresh_token ?? before?.refreshToken;
    const idToken = answer.id_token ?? before?.idToken;
    return {
      accessToken: answer.access_token,
      ...(refreshToken ? { refreshToken } : {}),
      ...(idToken ? { idToken } : {}),
      expiresAt:
        answer.expires_in !== undefined
          ? now() + answer.expires_in * 1000
          : typeof exp === "number"
            ? exp * 1000
            : now() + 300_000,
      name: typeof name === "string" ? name : say("session:nameless"),
      person: typeof person === "string" ? person : "",
    };
  }

  return {
    async prepare() {
      await library().catch(() => undefined); // said when it is needed
    },

    async begin(returnTo, statePrefix, prompt) {
      return guarded(async (oauth) => {
        const as = await server(oauth);
        if (!as.authorization_endpoint) throw refused();
        const attempt: Attempt = {
          state: statePrefix + oauth.generateRandomState(),
          nonce: oauth.generateRandomNonce(),
          verifier: oauth.generateRandomCodeVerifier(),
          returnTo,
          ...(prompt ? { prompt } : {}),
        };
        const address = new URL(as.authorization_endpoint);
        const query = {
          client_id: config.clientId,
          redirect_uri: redirect,
          response_type: "code",
          scope: scopesFor(as.scopes_supported),
          code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
          code_challenge_method: "S256",
          state: attempt.state,
          nonce: attempt.nonce,
          ...(prompt ? { prompt } : {}),
          ...(prompt === "login" ? { max_age: "0" } : {}),
        };
        for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
        return { address: address.href, attempt };
      });
    },

    async finish(answer, attempt) {
      const error = answer.get("error") ?? "";
      if (error === "access_denied") throw new SignInError("cancelled", say("session:trouble.cancelled"));
      if (attempt.prompt === "none" && ASK.includes(error)) throw new SignInError("asked", "");
      return guarded(async (oauth) => {
        const as = await server(oauth);
        const checked = oauth.validateAuthResponse(as, client, answer, attempt.state);
        const response = await oauth.authorizationCodeGrantRequest(
          as,
          client,
          oauth.None(),
          checked,
          redirect,
          attempt.verifier,
          options(oauth),
        );
        const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
          expectedNonce: attempt.nonce,
          requireIdToken: true,
        });
        if (attempt.prompt === "login" && !wasAskedJustNow(tokens.id_token)) {
          throw new SignInError("refused", say("session:trouble.stale"));
        }
        return tokensOf(tokens);
      });
    },

    async refresh(tokens) {
      const { refreshToken } = tokens;
      if (!refreshToken) throw ended();
      return guarded(async (oauth) => {
        const as = await server(oauth);
        const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refreshToken, options(oauth));
        return tokensOf(await oauth.processRefreshTokenResponse(as, client, response), tokens);
      });
    },

    async end(tokens) {
      return guarded(async (oauth) => {
        const as = await server(oauth);
        if (as.revocation_endpoint && tokens.refreshToken) {
          await oauth
            .revocationRequest(as, client, oauth.None(), tokens.refreshToken, options(oauth))
            .catch(() => undefined); // the session ends by itself; signing out here must not depend on it
        }
        if (!as.end_session_endpoint) return undefined;
        const address = new URL(as.end_session_endpoint);
        address.searchParams.set("post_logout_redirect_uri", `${config.home}/`);
        address.searchParams.set("client_id", config.clientId);
        if (tokens.idToken) address.searchParams.set("id_token_hint", tokens.idToken);
        return address.href;
      });
    },
  };

  /** Turns the library's errors into ours, each with a sentence. */
  async function guarded<T>(run: (oauth: Library) => Promise<T>): Promise<T> {
    let oauth: Library;
    try {
      oauth = await library();
    } catch {
      // Browsers may remember that a part could not be fetched, and not try again.
      throw new SignInError("unreachable", say("session:trouble.incomplete"));
    }
    try {
      return await run(oauth);
    } catch (error) {
      if (error instanceof SignInError) throw error;
      if (error instanceof oauth.ResponseBodyError) {
        throw error.status < 500 && error.status !== 429 ? ended() : unreachable();
      }
      // A proxy's page, or an answer cut short, says nothing about the session.
      const strangers: unknown[] = [oauth.RESPONSE_IS_NOT_CONFORM, oauth.RESPONSE_IS_NOT_JSON, oauth.PARSE_ERROR];
      if (error instanceof oauth.OperationProcessingError && !strangers.includes(error.code)) {
        throw refused();
      }
      if (error instanceof oauth.AuthorizationResponseError) throw refused();
      throw unreachable();
    }
  }
}

/** By the provider's own clock. One that does not tell when it asked is believed: prompt=login was sent. */
function wasAskedJustNow(idToken: string | undefined): boolean {
  const { auth_time: asked, iat } = claimsOf(idToken ?? "");
  return typeof asked !== "number" || typeof iat !== "number" || iat - asked <= JUST_NOW;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
