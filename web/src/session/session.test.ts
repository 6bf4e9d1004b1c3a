import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Provider, SignInError, type Tokens } from "./provider";
import { BESIDE, createSession } from "./session";

const HOUR = 3_600_000;

function tokens(name: string, life = HOUR, person = "u1"): Tokens {
  const expiresAt = Date.now() + life;
  return { accessToken: name, refreshToken: `r-${name}`, expiresAt, name: "Dr Amara Okafor", person };
}

function stage(kept?: Tokens) {
  const storage = new Map<string, string>();
  if (kept) storage.set("careline.session", JSON.stringify(kept));
  const provider = {
    prepare: async () => {},
    begin: vi.fn<Provider["begin"]>(async (returnTo, prefix) => ({
      address: "https://id.example/authorize",
      attempt: { state: `${prefix}s1`, nonce: "n", verifier: "v", returnTo },
    })),
    finish: vi.fn<Provider["finish"]>(async () => tokens("new")),
    refresh: vi.fn<Provider["refresh"]>(async () => tokens("fresh")),
    end: vi.fn<Provider["end"]>(async () => undefined),
  };
  let hear: (event: MessageEvent) => void = () => undefined;
  const posted: string[] = [];
  const went: string[] = [];
  const session = createSession({
    provider,
    storage: {
      getItem: (key) => storage.get(key) ?? null,
      setItem: (key, value) => void storage.set(key, value),
      removeItem: (key) => void storage.delete(key),
    },
    home: "https://clinic.example/x/",
    go: (address) => went.push(address),
    openWindow: () => true,
    channel: {
      postMessage: (message: string) => void posted.push(message),
      addEventListener: (_: string, listener: unknown) => {
        hear = listener as typeof hear;
      },
      close() {},
    } as never,
  });
  return {
    session,
    provider,
    storage,
    posted,
    went,
    hear: (data: string) => hear(new MessageEvent("message", { data })),
  };
}

describe("the session", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("goes to the provider and comes back to the page that was asked for", async () => {
    const on = stage();
    expect(on.session.getState()).toEqual({ kind: "out" });
    await on.session.signIn("/appointments/7?x=1");
    expect(on.went).toEqual(["https://id.example/authorize"]);
    expect(await on.session.arrive(new URLSearchParams("code=c&state=s1"))).toBe("/appointments/7?x=1");
    expect(on.session.getState()).toEqual({ kind: "in", name: "Dr Amara Okafor" });
    expect(await on.session.token()).toBe("new");
    expect([...on.storage.keys()], "the verifier is used up").toEqual(["careline.session"]);
  });

  it("says why a sign-in failed, and takes the redirect address alone for nothing", async () => {
    const on = stage();
    await on.session.signIn("/check");
    on.provider.finish.mockRejectedValueOnce(new SignInError("refused", "Not trusted."));
    expect(await on.session.arrive(new URLSearchParams("code=c&state=other"))).toBe("/check");
    expect(on.session.getState()).toEqual({ kind: "out", note: "Not trusted." });
    expect(await on.session.arrive(new URLSearchParams("code=c&state=s1"))).toBe("/");
    expect(on.provider.finish).toHaveBeenCalledTimes(1);
  });

  it("renews the token a minute before its end", async () => {
    const on = stage(tokens("old", 10 * 60_000));
    await vi.advanceTimersByTimeAsync(9 * 60_000 - 1);
    expect(on.provider.refresh).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await on.session.token()).toBe("fresh");
    expect(on.provider.refresh).toHaveBeenCalledTimes(1);
  });

  it("renews a short-lived token at half its life, not each second", async () => {
    const on = stage(tokens("old", 40_000));
    on.provider.refresh.mockImplementation(async () => tokens("fresh", 40_000));
    await vi.advanceTimersByTimeAsync(200_000);
    expect(on.provider.refresh).toHaveBeenCalledTimes(10);
  });

  it("is over when the service does not take even a fresh token", () => {
    const on = stage(tokens("fresh"));
    on.session.refused("an older one");
    expect(on.session.getState().kind).toBe("in");
    on.session.refused("fresh");
    expect(on.session.getState()).toMatchObject({ kind: "lost", name: "Dr Amara Okafor" });
    expect(on.storage.size).toBe(0);
  });

  it("asks once for many who wait", async () => {
    const on = stage(tokens("old", 1_000));
    const all = await Promise.all([on.session.token(), on.session.token(), on.session.replace("old")]);
    expect(all).toEqual(["fresh", "fresh", "fresh"]);
    expect(on.provider.refresh).toHaveBeenCalledTimes(1);
    expect(await on.session.replace("old"), "already replaced").toBe("fresh");
    expect(on.provider.refresh).toHaveBeenCalledTimes(1);
  });

  it("keeps trying while the provider is away, and stays signed in", async () => {
    const on = stage(tokens("old", 60_000));
    on.provider.refresh.mockRejectedValue(new SignInError("unreachable", "Away."));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(on.provider.refresh.mock.calls.length).toBeGreaterThan(5);
    expect(on.session.getState().kind).toBe("in");
    await expect(on.session.token()).rejects.toMatchObject({ kind: "unreachable" });
    on.provider.refresh.mockImplementation(async () => tokens("fresh"));
    expect(await on.session.token()).toBe("fresh");
  });

  it("is lost when it cannot be renewed, and is found again beside the page", async () => {
    const on = stage(tokens("old", 60_000));
    on.provider.refresh.mockRejectedValue(new SignInError("ended", "Over."));
    await vi.advanceTimersByTimeAsync(30_000);
    expect(on.session.getState()).toMatchObject({ kind: "lost", name: "Dr Amara Okafor" });
    expect(on.storage.size).toBe(0);

    await on.session.signInBeside();
    on.hear("code=c&state=beside.another-tab");
    expect(on.provider.finish).not.toHaveBeenCalled();
    on.hear(`code=c&state=${BESIDE}s1`);
    await vi.advanceTimersByTimeAsync(0);
    expect(on.session.getState()).toEqual({ kind: "in", name: "Dr Amara Okafor" });
    expect(on.went, "the page stays").toEqual([]);
  });

  it("leaves the page to the first person when another one of the same name signs in beside it", async () => {
    const on = stage(tokens("old", 60_000, "u1"));
    on.provider.refresh.mockRejectedValue(new SignInError("ended", "Over."));
    await vi.advanceTimersByTimeAsync(30_000);
    on.provider.finish.mockResolvedValueOnce(tokens("theirs", HOUR, "u2"));
    await on.session.signInBeside();
    on.hear(`code=c&state=${BESIDE}s1`);
    await vi.advanceTimersByTimeAsync(0);
    expect(on.session.getState()).toMatchObject({ kind: "other" });
    await expect(on.session.token(), "nothing is done here in the other's name").rejects.toMatchObject({
      kind: "ended",
    });
    expect(on.storage.get("careline.session"), "for the page that comes next").toContain("theirs");
    on.session.handOver();
    expect(on.went).toEqual(["https://clinic.example/x/"]);
  });

  it("in the window beside, only hands the answer on", async () => {
    const on = stage();
    expect(await on.session.arrive(new URLSearchParams(`code=c&state=${BESIDE}s1`))).toBe("");
    expect(on.posted).toEqual([`code=c&state=${BESIDE}s1`]);
    expect(on.provider.finish).not.toHaveBeenCalled();
  });

  it("signs out here even when the provider is away, and a late renewal does not undo it", async () => {
    const on = stage(tokens("old", 1_000));
    on.provider.end.mockRejectedValue(new SignInError("unreachable", "Away."));
    const late = on.session.token();
    await on.session.signOut();
    await expect(late).rejects.toMatchObject({ kind: "ended" });
    expect(on.session.getState()).toMatchObject({ kind: "out", note: "You are signed out." });
    expect(on.storage.size).toBe(0);
  });
});
