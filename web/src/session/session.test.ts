import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SignInError } from "./error";
import { ASK } from "./kept";
import type { Provider, Tokens } from "./provider";
import { BESIDE, createSession } from "./session";

const HOUR = 3_600_000;

function tokens(name: string, life = HOUR, person = "u1"): Tokens {
  const expiresAt = Date.now() + life;
  return { accessToken: name, refreshToken: `r-${name}`, expiresAt, name: "Dr Amara Okafor", person };
}

const keptIn = (map: Map<string, string>) => ({
  getItem: (key: string) => map.get(key) ?? null,
  setItem: (key: string, value: string) => void map.set(key, value),
  removeItem: (key: string) => void map.delete(key),
});

function stage(kept?: Tokens, storage = new Map<string, string>()) {
  const shared = new Map<string, string>();
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
  const posted: unknown[] = [];
  const went: string[] = [];
  const session = createSession({
    provider,
    storage: keptIn(storage),
    shared: keptIn(shared),
    home: "https://clinic.example/x/",
    go: (address) => went.push(address),
    openWindow: () => true,
    channel: {
      postMessage: (message: unknown) => void posted.push(message),
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
    shared,
    posted,
    went,
    hear: (data: unknown) => hear(new MessageEvent("message", { data })),
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

  it("says that one is signed out also on the page that the provider leads back to, once", async () => {
    const on = stage(tokens("old"));
    on.provider.end.mockResolvedValue("https://id.example/logout");
    await on.session.signOut();
    expect(on.went).toEqual(["https://id.example/logout"]);
    expect(stage(undefined, on.storage).session.getState()).toEqual({ kind: "out", note: "You are signed out." });
    expect(stage(undefined, on.storage).session.getState()).toEqual({ kind: "out" });
  });

  it("ends in all tabs of the same person, and in nobody else's", async () => {
    const on = stage(tokens("here"));
    await on.session.signOut();
    expect(on.posted).toEqual([{ signedOut: "u1" }]);
    const same = stage(tokens("there"));
    same.hear({ signedOut: "u1" });
    expect(same.session.getState()).toMatchObject({ kind: "lost", note: "You signed out in another tab." });
    const another = stage(tokens("theirs", HOUR, "u2"));
    another.hear({ signedOut: "u1" });
    expect(another.session.getState().kind).toBe("in");
  });
});

describe("a sign-in without asking", () => {
  it("leaves the page at once and comes back to it", async () => {
    const on = stage();
    await on.session.signInSilently("/check");
    expect(on.provider.begin).toHaveBeenCalledWith("/check", "", "none");
    expect(on.session.getState(), "nothing to press meanwhile").toEqual({ kind: "arriving" });
    expect(await on.session.arrive(new URLSearchParams("code=c&state=s1"))).toBe("/check");
    expect(on.session.getState().kind).toBe("in");
  });

  it("says nothing of it when the person has to be asked after all, or the provider is away", async () => {
    const on = stage();
    await on.session.signInSilently("/check");
    on.provider.finish.mockRejectedValueOnce(new SignInError("asked", ""));
    expect(await on.session.arrive(new URLSearchParams("error=login_required&state=s1"))).toBe("/check");
    expect(on.session.getState()).toEqual({ kind: "out" });
    on.provider.begin.mockRejectedValueOnce(new SignInError("unreachable", "Away."));
    await on.session.signInSilently("/check");
    expect(on.session.getState()).toEqual({ kind: "out" });
  });

  it("is not tried after a sign-out: then the person is asked, until they have signed in", async () => {
    const on = stage(tokens("old"));
    await on.session.signOut();
    await on.session.signInSilently("/");
    expect(on.provider.begin).not.toHaveBeenCalled();
    await on.session.signIn("/");
    expect(on.provider.begin).toHaveBeenLastCalledWith("/", "", "login");
    await on.session.arrive(new URLSearchParams("code=c&state=s1"));
    await on.session.signIn("/");
    expect(on.provider.begin).toHaveBeenLastCalledWith("/", "", undefined);
  });
});

describe("a locked page", () => {
  it("has no session, and asks the person before it has one again", async () => {
    const on = stage(tokens("old"));
    on.session.lock();
    expect(on.session.getState()).toEqual({ kind: "locked", name: "Dr Amara Okafor" });
    expect(on.storage.size).toBe(0);
    expect([...on.shared.keys()]).toEqual([ASK]);
    await expect(on.session.token()).rejects.toMatchObject({ kind: "ended" });

    await on.session.signInBeside();
    expect(on.provider.begin).toHaveBeenCalledWith("/", BESIDE, "login");
    on.provider.finish.mockRejectedValueOnce(new SignInError("cancelled", "You were not signed in."));
    on.hear(`error=access_denied&state=${BESIDE}s1`);
    await vi.waitFor(() =>
      expect(on.session.getState()).toMatchObject({ kind: "locked", note: "You were not signed in." }),
    );

    await on.session.signInBeside();
    on.hear(`code=c&state=${BESIDE}s1`);
    await vi.waitFor(() => expect(on.session.getState()).toEqual({ kind: "in", name: "Dr Amara Okafor" }));
    expect(on.shared.size).toBe(0);
    expect(on.went, "the page stays, with all that is on it").toEqual([]);
  });

  it("is not opened by a renewal that was under way", async () => {
    const on = stage(tokens("old", 1_000));
    const late = on.session.token();
    on.session.lock();
    await expect(late).rejects.toMatchObject({ kind: "ended" });
    expect(on.session.getState().kind).toBe("locked");
    expect(on.storage.size).toBe(0);
  });

  it("begins anew for another person", async () => {
    const on = stage(tokens("old"));
    on.session.lock();
    on.provider.finish.mockResolvedValueOnce(tokens("theirs", HOUR, "u2"));
    await on.session.signInBeside();
    on.hear(`code=c&state=${BESIDE}s1`);
    await vi.waitFor(() => expect(on.session.getState().kind).toBe("other"));
    on.session.handOver();
    expect(on.went).toEqual(["https://clinic.example/x/"]);
  });
});
