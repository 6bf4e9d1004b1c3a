import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { realClock } from "./clock";
import { jwt } from "./fakes";
import { createTokens, lifeOf } from "./tokens";

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

function make(life = 3600) {
  const renewed = vi.fn();
  let n = 0;
  const fetchToken = vi.fn(async (_: AbortSignal) => jwt(life, ++n));
  return { renewed, fetchToken, tokens: createTokens({ fetchToken, clock: realClock, renewed }) };
}

it.each([
  ["its own begin and end, whatever the browser's clock says", jwtOf({ iat: 100, exp: 3_700 }), 3_600_000],
  ["its end alone", jwtOf({ exp: 1_800_000_060 }), 60_000],
  ["an end that is past", jwtOf({ exp: 1 }), 0],
  ["no end", jwtOf({}), 600_000],
  ["base64url and letters beyond ASCII", jwtOf({ exp: 1_800_000_060, n: "??>>~~ é" }), 60_000],
  ["not a token", "nonsense", 600_000],
  ["not JSON", "a.bm8.c", 600_000],
  ["not an object", `a.${btoa("null")}.c`, 600_000],
])("reads the life of a token: %s", (_, token, life) => expect(lifeOf(token, 1_800_000_000_000)).toBe(life));

function jwtOf(claims: object): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(JSON.stringify(claims)));
  return `e30.${btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.c2ln`;
}

it("asks once for all who wait", async () => {
  const { tokens, fetchToken } = make();
  expect(await tokens.get()).toBe(await tokens.get());
  tokens.forget();
  await Promise.all([tokens.get(), tokens.get()]);
  expect(fetchToken).toHaveBeenCalledTimes(2);
});

it("asks again five minutes before the end, or at half of a short life", async () => {
  for (const [life, at] of [
    [3600, 3300],
    [60, 30],
  ] as const) {
    const { tokens, fetchToken } = make(life);
    await tokens.get();
    await pass(at * 1000 - 1_000);
    await tokens.get();
    expect(fetchToken).toHaveBeenCalledTimes(1);
    await pass(2_000);
    await tokens.get();
    expect(fetchToken).toHaveBeenCalledTimes(2);
  }
});

it("renews by itself only while it is watched", async () => {
  const { tokens, fetchToken, renewed } = make(60);
  await tokens.get();
  await pass(300_000);
  expect(fetchToken).toHaveBeenCalledTimes(1);
  tokens.watch(true);
  await pass(1_000);
  expect(renewed).toHaveBeenCalledTimes(1);
  await pass(31_000);
  expect(renewed).toHaveBeenCalledTimes(2);
  tokens.watch(false);
  await pass(300_000);
  expect(renewed).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});

it("waits at most half a minute between its tries", async () => {
  const { tokens, fetchToken } = make(60);
  await tokens.get();
  fetchToken.mockRejectedValue(new Error("down"));
  tokens.watch(true);
  await pass(120_000);
  const before = fetchToken.mock.calls.length;
  await pass(300_000);
  expect(fetchToken.mock.calls.length - before).toBe(10);
  tokens.renew(); // it is failing: warned again and again, it does not ask more often
  tokens.renew();
  await pass(0);
  expect(fetchToken.mock.calls.length - before).toBe(10);
  tokens.close();
  expect(vi.getTimerCount()).toBe(0);
});

it("gives a request up after 15 s and tells it so", async () => {
  const { tokens, fetchToken } = make();
  let signal: AbortSignal | undefined;
  fetchToken.mockImplementationOnce((given) => {
    signal = given;
    return new Promise(() => {});
  });
  const asked = tokens.get().catch((error: unknown) => error);
  await pass(15_000);
  expect(await asked).toBeInstanceOf(Error);
  expect(signal?.aborted).toBe(true);
  await tokens.get();
  expect(fetchToken).toHaveBeenCalledTimes(2);
});

it("a token that is no good by the time it comes does not make it ask without end", async () => {
  const { tokens, fetchToken } = make(0);
  await tokens.get();
  tokens.watch(true);
  await pass(10_000);
  expect(fetchToken.mock.calls.length).toBeLessThanOrEqual(12);
  tokens.close();
});

it("a gateway that likes no token does not make it ask without end", async () => {
  const { tokens, fetchToken, renewed } = make();
  await tokens.get();
  tokens.watch(true);
  renewed.mockImplementation(() => tokens.renew()); // the gateway refuses each at once
  tokens.renew();
  await pass(0);
  expect(renewed, "the first is renewed at once").toHaveBeenCalledTimes(1);
  await pass(1_000);
  expect(renewed).toHaveBeenCalledTimes(2);
  await pass(120_000);
  expect(renewed.mock.calls.length).toBeLessThanOrEqual(10);
  renewed.mockReset();
  await pass(300_000);
  renewed.mockClear();
  tokens.renew();
  await pass(0);
  expect(renewed, "at once again after a calm while").toHaveBeenCalledTimes(1);
  expect(fetchToken.mock.calls.length).toBeLessThan(20);
  tokens.close();
});
