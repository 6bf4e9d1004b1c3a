import { describe, expect, it } from "vitest";
import { type ServerEvent, SseParser } from "./sse";

function parse(chunks: string[], lastId = "") {
  const events: ServerEvent[] = [];
  const waits: number[] = [];
  const parser = new SseParser({ event: (event) => events.push(event), retry: (wait) => waits.push(wait) }, lastId);
  for (const chunk of chunks) parser.feed(chunk);
  return { events, waits };
}

const STREAM = 'retry: 2000\n\n: still here\n\nid: 7\nevent: call\ndata: {"final":\ndata: false}\n\nid: 8\ndata:x\n\n';
const WHOLE = [
  { name: "call", data: '{"final":\nfalse}', id: "7" },
  { name: "message", data: "x", id: "8" },
];

describe("SseParser", () => {
  it("reads events, comments, ids and the time to wait", () => {
    expect(parse([STREAM])).toEqual({ events: WHOLE, waits: [2000] });
  });

  it("reads the same however it is cut, with any line end", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = `${STREAM.replaceAll("\n", end)}:\n`; // the comment ends a CR that waits for its LF
      for (let size = 1; size <= 7; size++) {
        const chunks = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        expect(parse(chunks).events, `line end ${JSON.stringify(end)}, ${size} at once`).toEqual(WHOLE);
      }
    }
  });

  it("leaves out an event that is cut off by the end of the stream", () => {
    expect(parse(["id: 9\ndata: half\n"]).events).toEqual([]);
  });

  it("keeps the last id for events without one, and ignores an id with NUL", () => {
    expect(parse(["data: a\n\nid: b\0c\ndata: d\n\n"], "5").events.map(({ id }) => id)).toEqual(["5", "5"]);
  });

  it("ignores a byte order mark, fields without data, and a wait that is no number", () => {
    expect(parse(["\uFEFFevent: call\n\nretry: soon\ndata\n\n"])).toEqual({
      events: [{ name: "message", data: "", id: "" }],
      waits: [],
    });
  });
});
