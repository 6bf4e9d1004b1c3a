// Choosing another microphone or speaker in the middle of a call.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Bench, bench } from "./bench";

let b: Bench;

beforeEach(() => {
  vi.useFakeTimers();
  b = bench();
});
afterEach(() => {
  b.phone.close();
  vi.useRealTimers();
});

it("a microphone that a call cannot use is not shown as chosen", async () => {
  await b.phone.chooseMicrophone("m1");
  (await b.placed()).answer();
  b.device().audio.setInputDevice.mockRejectedValueOnce(new Error("NotReadableError"));
  await expect(b.phone.chooseMicrophone("m2")).rejects.toThrow();
  expect(b.phone.getState().microphoneId).toBe("m1");
});

it("the last choice stands when an earlier one fails late", async () => {
  (await b.placed()).answer();
  let fail = (_: Error) => {};
  b.device().audio.setInputDevice.mockImplementationOnce(() => new Promise((_, reject) => (fail = reject)));
  const first = b.phone.chooseMicrophone("m1").catch(() => "failed");
  await b.phone.chooseMicrophone("m2");
  fail(new Error("NotReadableError"));
  expect(await first).toBe("failed");
  expect(b.phone.getState().microphoneId).toBe("m2");
});

it("a speaker that cannot be used is told of", async () => {
  b.speaker.choose.mockRejectedValueOnce(new Error("NotFoundError"));
  const told = vi.fn();
  b.phone.subscribe(told);
  await expect(b.phone.chooseSpeaker("s2")).rejects.toThrow();
  expect(told, "the list shows the one before").toHaveBeenCalled();
});
