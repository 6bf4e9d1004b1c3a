// The service's routes of calls with more than two in them, and of what is recorded of a call.
import type { components } from "./api";

type Schemas = components["schemas"];

export type CallRecording = Schemas["CallRecording"];
export type Candidate = Schemas["Candidate"];
export type Candidates = Schemas["Candidates"];
export type LiveCall = Schemas["LiveCall"];
export type LiveCalls = Schemas["LiveCalls"];
export type NewParticipant = Schemas["NewParticipant"];
export type Participant = Schemas["Participant"];
export type ParticipantChange = Schemas["ParticipantChange"];
export type Participants = Schemas["Participants"];
export type Recording = Schemas["Recording"];
export type Recordings = Schemas["Recordings"];
export type ReviewedCall = Schemas["ReviewedCall"];
export type ReviewedCalls = Schemas["ReviewedCalls"];
export type RecordingAct = Schemas["RecordingAction"]["action"];

/** What a reviewer asks for; days are YYYY-MM-DD. */
export interface ReviewFilters {
  from: string;
  to: string;
  after?: string;
}

export interface RoomRoutes {
  /** Every call that goes on, for a supervisor. */
  liveCalls(signal?: AbortSignal): Promise<LiveCalls>;
  participants(call: string, signal?: AbortSignal): Promise<Participants>;
  candidates(call: string, signal?: AbortSignal): Promise<Candidates>;
  /** Asked for when it resolves; the event stream tells what became of it. */
  add(call: string, who: NewParticipant): Promise<Participant>;
  change(call: string, label: string, change: ParticipantChange): Promise<Participant>;
  remove(call: string, label: string): Promise<void>;
  /** Ends an own call for all, by the service itself. */
  endCall(call: string, signal?: AbortSignal): Promise<void>;
  /** Says whether this page can be rung. */
  available(ready: boolean, device: string): Promise<void>;
  callRecording(call: string, signal?: AbortSignal): Promise<CallRecording>;
  record(call: string, action: RecordingAct): Promise<CallRecording>;
  /** The calls of which something was recorded, for a reviewer. */
  reviewedCalls(asked: ReviewFilters, signal?: AbortSignal): Promise<ReviewedCalls>;
  recordings(call: string, signal?: AbortSignal): Promise<Recordings>;
  deleteRecording(call: string, sid: string, reason: string): Promise<Recording>;
  /** The sound from a byte on; it may take as long as it is heard. */
  sound(call: string, sid: string, from: number, signal: AbortSignal): Promise<Response>;
}

/** How a route is asked: with the session, and with patience that ends. */
export interface Asking {
  json<T>(path: string, init?: RequestInit): Promise<T>;
  /** For an answer without a body. */
  done(path: string, init?: RequestInit): Promise<void>;
  /** For an answer that is read as it comes. */
  request(path: string, init?: RequestInit): Promise<Response>;
}

export function sent(method: string, body: object, signal?: AbortSignal): RequestInit {
  const init = { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return signal ? { ...init, signal } : init;
}

export function roomRoutes({ json, done, request }: Asking): RoomRoutes {
  const of = (call: string, path: string) => `/calls/${encodeURIComponent(call)}${path}`;
  const party = (call: string, label: string) => of(call, `/participants/${encodeURIComponent(label)}`);
  const recording = (call: string, sid: string) => of(call, `/recordings/${encodeURIComponent(sid)}`);
  const within = (signal: AbortSignal | undefined) => (signal ? { signal } : {});
  return {
    liveCalls: (signal) => json("/calls/live", within(signal)),
    participants: (call, signal) => json(of(call, "/participants"), within(signal)),
    candidates: (call, signal) => json(of(call, "/participants/candidates"), within(signal)),
    add: (call, who) => json(of(call, "/participants"), sent("POST", who)),
    change: (call, label, change) => json(party(call, label), sent("PATCH", change)),
    remove: (call, label) => done(party(call, label), { method: "DELETE" }),
    endCall: (call, signal) => done(of(call, "/end"), sent("POST", {}, signal)),
    available: (ready, device) => done("/availability", sent("PUT", { ready, device })),
    callRecording: (call, signal) => json(of(call, "/recording"), within(signal)),
    record: (call, action) => json(of(call, "/recording"), sent("POST", { action })),
    reviewedCalls: (asked, signal) => json(`/recordings?${new URLSearchParams({ ...asked })}`, within(signal)),
    recordings: (call, signal) => json(of(call, "/recordings"), within(signal)),
    deleteRecording: (call, sid, reason) => json(recording(call, sid), sent("DELETE", { reason })),
    sound: (call, sid, from, signal) =>
      request(`${recording(call, sid)}/audio`, {
        signal,
        headers: { Accept: "audio/mpeg, audio/*", Range: `bytes=${from}-` },
      }),
  };
}
