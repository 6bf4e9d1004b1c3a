// OpenID Connect, authorization code with PKCE (RFC 6749, RFC 7636, OpenID
// Connect Core 1.0). The library is no part of the first load: a page
// opened with a fresh session does without it for a while.
import type { AuthorizationServer, TokenEndpointResponse } from "oauth4webapi";
import { claimsOf } from "../jwt";

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
}

/** "ended": only a new sign-in helps. "unreachable": the same may work later. "refused": the answer does not fit. */
export class SignInError extends Error {
  constructor(
    readonly kind: "ended" | "unreachable" | "refused" | "cancelled",
    readonly sentence: string,
  ) {
    super(sentence);
  }
}

export interface Provider {
  /** Fetches what the other verbs need, so that a network that goes away later does not matter. Never rejects. */
  prepare(): Promise<void>;
  begin(returnTo: string, statePrefix: string): Promise<{ address: string; attempt: Attempt }>;
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

const UNREACHABLE = "The sign-in service cannot be reached. Check your connection, then try again.";
// Browsers may remember that a part could not be fetched, and not try again.
const INCOMPLETE = "A part of this page could not be loaded. Check your connection, then load the page again.";
const REFUSED = "The sign-in service gave an answer that this page cannot trust. Sign in again.";
const ENDED = "Your session has ended. Sign in again to go on.";
const SLOW = 15_000;

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
      name: typeof name === "string" ? name : "Signed in",
      person: typeof person === "string" ? person : "",
    };
  }

  return {
    async prepare() {
      await library().catch(() => undefined); // said when it is needed
    },

    async begin(returnTo, statePrefix) {
      return guarded(async (oauth) => {
        const as = await server(oauth);
        if (!as.authorization_endpoint) throw new SignInError("refused", REFUSED);
        const attempt: Attempt = {
          state: statePrefix + oauth.generateRandomState(),
          nonce: oauth.generateRandomNonce(),
          verifier: oauth.generateRandomCodeVerifier(),
          returnTo,
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
        };
        for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
        return { address: address.href, attempt };
      });
    },

    async finish(answer, attempt) {
      if (answer.get("error") === "access_denied") {
        throw new SignInError("cancelled", "You were not signed in. Sign in to go on.");
      }
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
        return tokensOf(tokens);
      });
    },

    async refresh(tokens) {
      const { refreshToken } = tokens;
      if (!refreshToken) throw new SignInError("ended", ENDED);
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
      throw new SignInError("unreachable", INCOMPLETE);
    }
    try {
      return await run(oauth);
    } catch (error) {
      if (error instanceof SignInError) throw error;
      if (error instanceof oauth.ResponseBodyError) {
        throw error.status < 500 && error.status !== 429
          ? new SignInError("ended", ENDED)
          : new SignInError("unreachable", UNREACHABLE);
      }
      // A proxy's page, or an answer cut short, says nothing about the session.
      const strangers: unknown[] = [oauth.RESPONSE_IS_NOT_CONFORM, oauth.RESPONSE_IS_NOT_JSON, oauth.PARSE_ERROR];
      if (error instanceof oauth.OperationProcessingError && !strangers.includes(error.code)) {
        throw new SignInError("refused", REFUSED);
      }
      if (error instanceof oauth.AuthorizationResponseError) throw new SignInError("refused", REFUSED);
      throw new SignInError("unreachable", UNREACHABLE);
    }
  }
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d+){3}$/.test(host);
}
