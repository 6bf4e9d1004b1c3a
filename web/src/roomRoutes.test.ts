import { describe, expect, it } from "vitest";
import { type Backend, createBackend } from "./backend";

interface Sent {
  what: string;
  body?: unknown;
  range?: string | null;
}

/** A backend whose every request is answered so. */
function backend(status = 200, body: object | null = {}) {
  const sent: Sent[] = [];
  const session = { token: async () => "token", replace: async () => null, refused() {} };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    const one: Sent = { what: `${init?.method ?? "GET"} ${input}` };
    if (init?.body) one.body = JSON.parse(String(init.body));
    if (headers.has("Range")) one.range = headers.get("Range");
    expect(headers.get("Authorization")).toBe("Bearer token");
    expect(init?.cache).toBe("no-store");
    sent.push(one);
    return new Response(body === null ? null : JSON.stringify(body), {
      status,
      headers: { "Content-Type": status < 400 ? "application/json" : "application/problem+json" },
    });
  };
  return { sent, backend: createBackend({ base: "", session, fetch }) };
}

const at = "/bff_clinical/v1";

describe("roomRoutes", () => {
  it.each<[string, (one: Backend) => Promise<unknown>, Sent, number?]>([
    ["who is in a call", (one) => one.participants("CA1"), { what: `GET ${at}/calls/CA1/participants` }],
    ["whom to add", (one) => one.candidates("CA1"), { what: `GET ${at}/calls/CA1/participants/candidates` }],
    [
      "adding",
      (one) => one.add("CA1", { kind: "related", id: "r1" }),
      { what: `POST ${at}/calls/CA1/participants`, body: { kind: "related", id: "r1" } },
    ],
    [
      "hold, with a label that is escaped",
      (one) => one.change("CA1", "p3/x", { hold: true }),
      { what: `PATCH ${at}/calls/CA1/participants/p3%2Fx`, body: { hold: true } },
    ],
    ["removing", (one) => one.remove("CA1", "p3"), { what: `DELETE ${at}/calls/CA1/participants/p3` }, 204],
    ["ending", (one) => one.endCall("CA1"), { what: `POST ${at}/calls/CA1/end`, body: {} }, 202],
    [
      "being there",
      (one) => one.available(true, "d1"),
      { what: `PUT ${at}/availability`, body: { ready: true, device: "d1" } },
      204,
    ],
    ["how it is recorded", (one) => one.callRecording("CA1"), { what: `GET ${at}/calls/CA1/recording` }],
    [
      "recording",
      (one) => one.record("CA1", "withdraw"),
      { what: `POST ${at}/calls/CA1/recording`, body: { action: "withdraw" } },
    ],
    ["what was recorded", (one) => one.recordings("CA1"), { what: `GET ${at}/calls/CA1/recordings` }],
    [
      "deleting",
      (one) => one.deleteRecording("CA1", "RE1", "Wrong patient"),
      { what: `DELETE ${at}/calls/CA1/recordings/RE1`, body: { reason: "Wrong patient" } },
    ],
    [
      "hearing, from a byte on",
      (one) => one.sound("CA1", "RE1", 4711, new AbortController().signal),
      { what: `GET ${at}/calls/CA1/recordings/RE1/audio`, range: "bytes=4711-" },
    ],
  ])("asks for %s", async (_, ask, sent, status = 200) => {
    const on = backend(status, status === 204 ? null : {});
    await ask(on.backend);
    expect(on.sent).toEqual([sent]);
  });

  it("hands on why somebody could not be added", async () => {
    const on = backend(409, { code: "conflict", reason: "room-full", detail: "The call is full.", incident: "" });
    await expect(on.backend.add("CA1", { kind: "clinician", id: "c1" })).rejects.toMatchObject({
      reason: "room-full",
      sentence: "The call is full. Somebody would have to leave first.",
    });
  });
});
