import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BackendError, type ErrorCode } from "../backend";
import { AGAIN, createOwedLooks, type Look } from "./owedlooks";

const one: Look = { appointment: "7", of: "Patient/p", ending: "0142" };
const two: Look = { appointment: "8", of: "Patient/q", ending: "0018" };

/** What the service answers: nothing, unless it fails. */
function service(fail?: ErrorCode) {
  let failing = fail;
  const reveal = vi.fn(async (_: string, __: object, ___?: AbortSignal) => {
    if (failing) throw new BackendError(failing, "No.");
  });
  return {
    reveal,
    answers() {
      failing = undefined;
    },
  };
}

const later = () => vi.advanceTimersByTimeAsync(AGAIN);

describe("a look that the service is to be told of", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each<ErrorCode>([
    "offline",
    "unavailable",
    "internal",
    "too-many-requests",
    "session",
    "unreadable",
    "unauthenticated",
  ])("is owed on while it reached no log: %s", async (code) => {
    const { reveal, answers } = service(code);
    const looks = createOwedLooks({ reveal });
    looks.owe(one);
    await later();
    expect(looks.owes(one)).toBe(true);
    answers();
    await later();
    expect(looks.owes(one)).toBe(false);
    expect(reveal).toHaveBeenCalledTimes(2);
  });

  it.each<ErrorCode>(["invalid", "forbidden", "not-found"])(
    "is not told again once it is refused: %s",
    async (code) => {
      const { reveal } = service(code);
      const looks = createOwedLooks({ reveal });
      const heard = vi.fn();
      looks.subscribe(heard);
      looks.owe(one);
      await later();
      await later();
      expect(reveal).toHaveBeenCalledTimes(1);
      expect(looks.owes(one)).toBe(false);
      expect(heard).toHaveBeenCalledTimes(2);
    },
  );

  it("is told of nobody else after a sign-out, also not by what was on its way", async () => {
    let answer = () => {};
    const reveal = vi.fn(
      (_: string, __: object, ___?: AbortSignal) =>
        new Promise<void>((resolve) => {
          answer = resolve;
        }),
    );
    const looks = createOwedLooks({ reveal });
    looks.owe(one);
    looks.owe(two);
    await later();
    looks.clear();
    expect(reveal.mock.calls[0]?.[2]?.aborted).toBe(true);
    answer();
    await later();
    expect(reveal).toHaveBeenCalledTimes(1);
  });

  it("is told along with one that came while another was told", async () => {
    const { reveal } = service();
    const looks = createOwedLooks({ reveal });
    reveal.mockImplementationOnce(async () => looks.owe(two));
    looks.owe(one);
    await later();
    expect(reveal).toHaveBeenCalledTimes(2);
    expect(looks.owes(two)).toBe(false);
  });
});
