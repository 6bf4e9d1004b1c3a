import { describe, expect, it } from "vitest";
import { byteOf, missing, sizeOf } from "./sound";

const response = (status: number, headers: Record<string, string>) => new Response("", { status, headers });

/** What an element has, as pairs of seconds, and where it is heard. */
function heard(currentTime: number, ...ranges: [number, number][]) {
  const buffered = {
    length: ranges.length,
    start: (i: number) => ranges[i]?.[0] ?? Number.NaN,
    end: (i: number) => ranges[i]?.[1] ?? Number.NaN,
  };
  return { currentTime, buffered };
}

describe("sizeOf", () => {
  it.each<[string, Response, number | undefined]>([
    ["part", response(206, { "Content-Range": "bytes 5-99/400", "Content-Length": "95" }), 400],
    ["the whole", response(200, { "Content-Length": "400" }), 400],
    ["a part that does not say of what", response(206, { "Content-Length": "95" }), undefined],
    ["nothing that is known", response(200, {}), undefined],
  ])("of %s", (_, answer, size) => {
    expect(sizeOf(answer)).toBe(size);
  });
});

describe("byteOf", () => {
  it("is where a second begins, and always in the sound", () => {
    expect(byteOf(0, 60, 600)).toBe(0);
    expect(byteOf(30, 60, 600)).toBe(300);
    expect(byteOf(90, 60, 600)).toBe(599);
  });
});

describe("missing", () => {
  it.each<[string, ReturnType<typeof heard>, number, number | undefined]>([
    ["nothing is there, and it is being fed from here", heard(0), 0, undefined],
    ["one jumped to what is not there", heard(480, [0, 30]), 0, 480],
    ["one jumped to what is there", heard(5, [0, 30], [480, 500]), 480, undefined],
    ["what was left behind comes to its end", heard(29.8, [0, 30], [480, 500]), 480, 30],
    ["the end is near, and more is coming there", heard(29.8, [0, 30]), 0, undefined],
  ])("when %s", (_, audio, fedFrom, second) => {
    expect(missing(audio as never, fedFrom)).toBe(second);
  });
});
