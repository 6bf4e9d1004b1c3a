import { describe, expect, it, vi } from "vitest";
import { BackendError, createBackend } from "./backend";
import { SignInError } from "./session/error";

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json", ...headers },
  });
}

const problem = (code: string, detail: string) => ({ code, detail, incident: "inc-1", title: "", type: "", status: 0 });

function backend(
  answers: (Response | Error)[],
  replace: (refused: string) => Promise<string | null> = async () => null,
) {
  const send = vi.fn<typeof fetch>(async () => {
    const next = answers.shift();
    if (!next) throw new Error("no more answers");
    if (next instanceof Error) throw next;
    return next;
  });
  const refused = vi.fn();
  const session = { token: async () => "first", replace, refused };
  return { send, refused, backend: createBackend({ base: "/x/api", session, fetch: send }) };
}

const bearer = (call: Parameters<typeof fetch> | undefined) => new Headers(call?.[1]?.headers).get("Authorization");

async function failure(promise: Promise<unknown>): Promise<BackendError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BackendError);
  return error as BackendError;
}

describe("the backend", () => {
  it("asks below the base, with the session", async () => {
    const on = backend([answer(200, { calls: [] })]);
    expect(await on.backend.calls("a/b")).toEqual([]);
    expect(on.send.mock.calls[0]?.[0]).toBe("/x/api/bff_clinical/v1/appointments/a%2Fb/calls");
    expect(bearer(on.send.mock.calls[0])).toBe("Bearer first");
  });

  it("hands on the service's sentence, code, incident and time to wait", async () => {
    const on = backend([answer(503, problem("unavailable", "Wait a little."), { "Retry-After": "7" })]);
    const error = await failure(on.backend.day(undefined));
    expect(error).toMatchObject({
      code: "unavailable",
      sentence: "This is not available at the moment. Please try again in a minute.",
      incident: "inc-1",
      retryAfter: 7_000,
      passing: true,
    });
  });

  it("takes a share that is used up for something that passes", async () => {
    const on = backend([answer(429, problem("too-many-requests", "Wait a few seconds."), { "Retry-After": "5" })]);
    expect(await failure(on.backend.day(undefined))).toMatchObject({
      code: "too-many-requests",
      sentence: "You have done this many times in a short time. Please wait a few seconds, then try again.",
      retryAfter: 5_000,
      passing: true,
    });
  });

  it("renews a refused session once and asks again", async () => {
    const on = backend(
      [answer(401, problem("unauthenticated", "")), answer(200, { data: { token: "voice" } })],
      async () => "second",
    );
    expect(await on.backend.voiceToken()).toBe("voice");
    expect(on.send.mock.calls.map(bearer)).toEqual(["Bearer first", "Bearer second"]);
  });

  it("ends the session when a fresh one is refused too", async () => {
    const on = backend(
      [answer(401, problem("unauthenticated", "No.")), answer(401, problem("unauthenticated", "Still no."))],
      async () => "second",
    );
    expect((await failure(on.backend.day(undefined))).code).toBe("unauthenticated");
    expect(on.send).toHaveBeenCalledTimes(2);
    expect(on.refused).toHaveBeenCalledWith("second");
  });

  it("says that the session is over, and when only the sign-in service is away", async () => {
    const over = backend([answer(401, problem("unauthenticated", ""))]);
    expect((await failure(over.backend.day(undefined))).code).toBe("session");
    const away = backend([answer(401, problem("unauthenticated", ""))], () =>
      Promise.reject(new SignInError("unreachable", "Away.")),
    );
    expect(await failure(away.backend.day(undefined))).toMatchObject({ code: "offline", sentence: "Away." });
  });

  it("tells a network that is down from a proxy's answer and a stranger's", async () => {
    expect((await failure(backend([new TypeError("failed")]).backend.day(undefined))).code).toBe("offline");
    const html = { "Content-Type": "text/html" };
    expect((await failure(backend([answer(502, "<html>", html)]).backend.day(undefined))).code).toBe("unavailable");
    const full = { ...html, "Retry-After": "9" };
    expect(await failure(backend([answer(429, "<html>", full)]).backend.day(undefined))).toMatchObject({
      code: "unavailable",
      retryAfter: 9_000,
    });
    expect((await failure(backend([answer(407, "<html>", html)]).backend.day(undefined))).code).toBe("unreadable");
    expect((await failure(backend([answer(200, "<html>")]).backend.day(undefined))).code).toBe("unreadable");
  });

  it("sends the last event's id with the stream's request", async () => {
    const on = backend([answer(200, "")]);
    await on.backend.events("41", new AbortController().signal);
    expect(new Headers(on.send.mock.calls[0]?.[1]?.headers).get("Last-Event-ID")).toBe("41");
  });

  it("gives up asking for a voice token that nobody waits for", async () => {
    const on = backend([answer(200, { data: { token: "voice" } })]);
    const waiting = new AbortController();
    await on.backend.voiceToken(waiting.signal);
    waiting.abort();
    expect(on.send.mock.calls[0]?.[1]?.signal?.aborted).toBe(true);
  });
});
