import { afterEach, describe, expect, it, vi } from "vitest";
import { createProvider, isLoopback, type Prompt, scopesFor } from "./provider";

const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const jwt = (claims: object) =>
  `${b64({ alg: "RS256" })}.${b64(claims)}.${Buffer.from("signature").toString("base64url")}`;

const ISSUER = "http://127.0.0.1:9/P2demo";
const NOW = Date.now();

/** The provider's endpoints; `idToken` is what it says of the person. */
function serve(idToken: (nonce: string) => object, tokenStatus = 200) {
  const asked: URLSearchParams[] = [];
  let nonce = "";
  vi.stubGlobal("fetch", async (input: URL | string, init?: RequestInit) => {
    const address = String(input);
    if (address.endsWith("/.well-known/openid-configuration")) {
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: "http://127.0.0.1:9/oauth2/v1/authorize",
        token_endpoint: "http://127.0.0.1:9/oauth2/v1/token",
        scopes_supported: ["openid", "profile"],
      });
    }
    asked.push(new URLSearchParams(String(init?.body)));
    if (tokenStatus !== 200) return Response.json({ error: "invalid_grant" }, { status: tokenStatus });
    const access = jwt({ exp: Math.floor(NOW / 1000) + 600 });
    return Response.json({
      access_token: access,
      token_type: "bearer",
      refresh_token: "r2",
      expires_in: 600,
      id_token: jwt(idToken(nonce)),
    });
  });
  const provider = createProvider({
    issuer: ISSUER,
    clientId: "P2demo",
    home: "http://localhost:8080/x",
    now: () => NOW,
  });
  const begin = async (prompt?: Prompt) => {
    const begun = await provider.begin("/check", "", prompt);
    nonce = begun.attempt.nonce;
    return begun;
  };
  return { asked, begin, provider };
}

const person = (nonce: string) => ({
  iss: ISSUER,
  aud: "P2demo",
  sub: "u1",
  iat: Math.floor(NOW / 1000),
  exp: Math.floor(NOW / 1000) + 600,
  nonce,
  name: "Zoë Adeyemi",
});

describe("the provider", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it("signs in with code and PKCE, and renews", async () => {
    const on = serve(person);
    const { address, attempt } = await on.begin();
    const query = new URL(address).searchParams;
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: "P2demo",
      redirect_uri: "http://localhost:8080/x/signed-in",
      code_challenge_method: "S256",
      scope: "openid profile",
      state: attempt.state,
      nonce: attempt.nonce,
    });
    const tokens = await on.provider.finish(new URLSearchParams({ code: "c", state: attempt.state }), attempt);
    expect(tokens).toMatchObject({ name: "Zoë Adeyemi", refreshToken: "r2", expiresAt: NOW + 600_000 });
    expect(on.asked[0]?.get("code_verifier")).toBe(attempt.verifier);
    await on.provider.refresh(tokens);
    expect(on.asked[1]?.get("grant_type")).toBe("refresh_token");
  });

  it("refuses an answer to another attempt, and an id token with another nonce", async () => {
    const on = serve(() => person("somebody else's"));
    const { attempt } = await on.begin();
    const answer = (state: string) => new URLSearchParams({ code: "c", state });
    await expect(on.provider.finish(answer("other"), attempt)).rejects.toMatchObject({ kind: "refused" });
    await expect(on.provider.finish(answer(attempt.state), attempt)).rejects.toMatchObject({ kind: "refused" });
  });

  it("tells a session that is over from a service that is away", async () => {
    const tokens = { accessToken: "a", refreshToken: "r", expiresAt: 0, name: "", person: "u1" };
    await expect(serve(person, 400).provider.refresh(tokens)).rejects.toMatchObject({ kind: "ended" });
    await expect(serve(person, 503).provider.refresh(tokens)).rejects.toMatchObject({ kind: "unreachable" });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
    const away = createProvider({ issuer: ISSUER, clientId: "P2demo", home: "http://localhost:8080" });
    await expect(away.begin("/", "")).rejects.toMatchObject({ kind: "unreachable" });
    const { refreshToken: _, ...without } = tokens;
    await expect(away.refresh(without)).rejects.toMatchObject({ kind: "ended" });
  });

  it("never speaks plain http to another machine", async () => {
    const send = vi.fn();
    vi.stubGlobal("fetch", send);
    const far = createProvider({ issuer: "http://id.example/P2", clientId: "P2", home: "http://localhost:8080" });
    await expect(far.begin("/", "")).rejects.toBeInstanceOf(Error);
    expect(send).not.toHaveBeenCalled();
    expect(["localhost", "127.0.0.1", "[::1]", "127.0.0.1.example.org", "10.0.0.1"].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it("asks for Descope's own scopes only where they are announced", () => {
    expect(scopesFor(undefined)).toBe("openid profile descope.claims descope.custom_claims offline_access");
    expect(scopesFor(["email"])).toBe("openid");
  });

  it("does not take a proxy's page, or an answer cut short, for the end of the session", async () => {
    const tokens = { accessToken: "a", refreshToken: "r", expiresAt: 0, name: "", person: "u1" };
    for (const [type, body] of [
      ["text/html", "<html>Sign in to the network</html>"],
      ["application/json", '{"access_to'],
    ] as const) {
      const on = serve(person);
      const honest = globalThis.fetch;
      vi.stubGlobal("fetch", (input: URL | string, init?: RequestInit) =>
        String(input).endsWith("/token")
          ? Promise.resolve(new Response(body, { headers: { "Content-Type": type } }))
          : honest(input, init),
      );
      await expect(on.provider.refresh(tokens), type).rejects.toMatchObject({ kind: "unreachable" });
    }
  });

  it("knows the person, also when a renewal does not tell", async () => {
    const on = serve(person);
    const { attempt } = await on.begin();
    const answer = new URLSearchParams({ code: "c", state: attempt.state });
    const tokens = await on.provider.finish(answer, attempt);
    expect(tokens.person).toBe("u1");
    expect((await on.provider.refresh(tokens)).person).toBe("u1");
  });

  it("asks nobody where it is told so, and tells when somebody must be asked", async () => {
    const on = serve(person);
    const { address, attempt } = await on.begin("none");
    expect(new URL(address).searchParams.get("prompt")).toBe("none");
    for (const error of ["login_required", "interaction_required", "consent_required"]) {
      const answer = new URLSearchParams({ error, state: attempt.state });
      await expect(on.provider.finish(answer, attempt), error).rejects.toMatchObject({ kind: "asked" });
    }
    const loud = await on.begin();
    const answer = new URLSearchParams({ error: "login_required", state: loud.attempt.state });
    await expect(on.provider.finish(answer, loud.attempt)).rejects.toMatchObject({ kind: "refused" });
  });

  it("does not believe a provider that was to ask the person, and lets an old sign-in do", async () => {
    const iat = Math.floor(NOW / 1000);
    for (const [asked, kind] of [
      [iat - 3_600, "refused"],
      [iat - 20, undefined],
      [undefined, undefined], // it does not tell
    ] as const) {
      const on = serve((nonce) => ({ ...person(nonce), auth_time: asked }));
      const { address, attempt } = await on.begin("login");
      expect(Object.fromEntries(new URL(address).searchParams)).toMatchObject({ prompt: "login", max_age: "0" });
      const done = on.provider.finish(new URLSearchParams({ code: "c", state: attempt.state }), attempt);
      if (kind) await expect(done).rejects.toMatchObject({ kind });
      else expect((await done).person).toBe("u1");
    }
  });

  it("says to load the page again when a part of it cannot be fetched", async () => {
    vi.doMock("oauth4webapi", () => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
    vi.resetModules();
    const cut = await import("./provider");
    const provider = cut.createProvider({ issuer: ISSUER, clientId: "P2demo", home: "http://localhost:8080" });
    await provider.prepare();
    await expect(provider.begin("/", "")).rejects.toMatchObject({
      kind: "unreachable",
      sentence: expect.stringContaining("load the page again"),
    });
    vi.doUnmock("oauth4webapi");
  });
});
