// The service's routes, typed by its OpenAPI description.
import type { components } from "./api";
import { type RoomRoutes, roomRoutes, sent } from "./roomRoutes";
import type { Session } from "./session/contract";
import { SignInError } from "./session/error";
import { problemWords } from "./told";
import { say } from "./words";

type Schemas = components["schemas"];

export type Appointment = Schemas["Appointment"];
export type AuditedCall = Schemas["AuditedCall"];
export type AuditedCallers = Schemas["AuditedCallers"];
export type AuditedCalls = Schemas["AuditedCalls"];
export type AuditedEvent = Schemas["AuditedEvent"];
export type AuditedHistory = Schemas["AuditedHistory"];
export type Call = Schemas["Call"];
export type CalledBack = Schemas["CalledBack"];
export type ClinicianOutcome = Schemas["ClinicianOutcome"];
export type Day = Schemas["Day"];
export type LastCall = Schemas["LastCall"];
export type Me = Schemas["Me"];
export type Moment = Schemas["Moment"];
export type NewNote = Schemas["NewNote"];
export type Note = Schemas["Note"];
export type Patient = Schemas["Patient"];
export type Phone = Schemas["Phone"];
export type RecordedCall = Schemas["RecordedCall"];
export type Status = Schemas["Status"];

export type ErrorCode =
  | Schemas["Problem"]["code"]
  | "offline" // the request did not get there, or no answer came back
  | "session" // signed out
  | "unreadable"; // an answer that is not the service's

/** Why a request failed, for a person and for the program. */
export class BackendError extends Error {
  readonly code: ErrorCode;
  /** What to do, in British English. */
  readonly sentence: string;
  /** To be quoted when asking for help. */
  readonly incident?: string;
  /** Milliseconds that the service asked to wait. */
  readonly retryAfter?: number;
  /** Why exactly, for the program: "too-late". */
  readonly reason?: string;

  constructor(
    code: ErrorCode,
    sentence: string,
    more: { incident?: string; retryAfter?: number; reason?: string } = {},
  ) {
    super(`${code}: ${sentence}`);
    this.code = code;
    this.sentence = sentence;
    if (more.incident !== undefined) this.incident = more.incident;
    if (more.retryAfter !== undefined) this.retryAfter = more.retryAfter;
    if (more.reason !== undefined) this.reason = more.reason;
  }

  /** Whether the same request can work in a moment. */
  get passing(): boolean {
    return ["offline", "unavailable", "internal", "too-many-requests"].includes(this.code);
  }
}

export interface Backend extends RoomRoutes {
  day(date: string | undefined, signal?: AbortSignal): Promise<Day>;
  appointment(id: string, signal?: AbortSignal): Promise<Appointment>;
  calls(appointment: string, signal?: AbortSignal): Promise<RecordedCall[]>;
  /** What came of an own call; {} takes it back. */
  note(call: string, note: NewNote, signal?: AbortSignal): Promise<Note>;
  /** Tells that a number is shown in full; when it resolves it may be. */
  reveal(appointment: string, number: { of: string; ending: string }, signal?: AbortSignal): Promise<void>;
  me(signal?: AbortSignal): Promise<Me>;
  auditCalls(asked: AuditFilters, signal?: AbortSignal): Promise<AuditedCalls>;
  /** The same calls as a table, all pages. */
  auditTable(asked: AuditFilters, signal?: AbortSignal): Promise<Blob>;
  /** Every clinician who asked for a call on the days. */
  auditCallers(days: Pick<AuditFilters, "from" | "to">, signal?: AbortSignal): Promise<AuditedCallers>;
  auditCall(key: string, signal?: AbortSignal): Promise<AuditedHistory>;
  /** What the calling SDK needs. */
  voiceToken(signal?: AbortSignal): Promise<string>;
  /** The open event stream. */
  events(lastId: string, signal: AbortSignal): Promise<Response>;
}

/** What an auditor asks for; days are YYYY-MM-DD. */
export interface AuditFilters {
  from: string;
  to: string;
  clinician?: string;
  /** By the record's reference: Patient/ID. */
  patient?: string;
  outcome?: string;
  refusal?: string;
  after?: string;
}

export interface BackendDeps {
  base: string;
  session: Pick<Session, "token" | "replace" | "refused">;
  fetch?: typeof fetch;
}

/** An answer that has not come by then will not help the person who waits. */
const PATIENCE = 20_000;

export function createBackend(deps: BackendDeps): Backend {
  const root = `${deps.base}/bff_clinical/v1`;
  const send = deps.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));

  async function once(path: string, init: RequestInit, token: string): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${token}`);
    try {
      return await send(root + path, { ...init, headers, credentials: "omit", cache: "no-store" });
    } catch (error) {
      if (init.signal?.aborted && (init.signal.reason as { name?: string } | undefined)?.name !== "TimeoutError") {
        throw error;
      }
      throw new BackendError("offline", say("backend:unreachable"));
    }
  }

  async function request(path: string, init: RequestInit = {}): Promise<Response> {
    const token = await deps.session.token().catch(sessionError);
    let response = await once(path, init, token);
    if (response.status === 401) {
      const next = await deps.session.replace(token).catch(sessionError);
      if (next === null) throw new BackendError("session", say("backend:ended"));
      void response.body?.cancel();
      response = await once(path, init, next);
      // Fresh, and not accepted either: another renewal would not help, and each request would ask for one.
      if (response.status === 401) deps.session.refused(next);
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }

  function soon(path: string, init: RequestInit): Promise<Response> {
    const late = AbortSignal.timeout(PATIENCE);
    return request(path, { ...init, signal: init.signal ? AbortSignal.any([init.signal, late]) : late });
  }

  async function done(path: string, init: RequestInit = {}): Promise<void> {
    void (await soon(path, init)).body?.cancel();
  }

  async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await soon(path, init);
    try {
      return (await response.json()) as T;
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw unreadable();
    }
  }

  return {
    day: (date, signal) =>
      json<Day>(`/appointments${date ? `?date=${encodeURIComponent(date)}` : ""}`, signal ? { signal } : {}),
    appointment: (id, signal) => json<Appointment>(`/appointments/${encodeURIComponent(id)}`, signal ? { signal } : {}),
    calls: async (id, signal) => {
      const path = `/appointments/${encodeURIComponent(id)}/calls`;
      return (await json<Schemas["Calls"]>(path, signal ? { signal } : {})).calls;
    },
    note: (call, note, signal) => json<Note>(`/calls/${encodeURIComponent(call)}/note`, sent("PUT", note, signal)),
    reveal: (appointment, number, signal) =>
      done(`/appointments/${encodeURIComponent(appointment)}/reveal`, sent("POST", number, signal)),
    me: (signal) => json<Me>("/me", signal ? { signal } : {}),
    auditCalls: (asked, signal) =>
      json<AuditedCalls>(`/audit/calls?${new URLSearchParams({ ...asked })}`, signal ? { signal } : {}),
    auditTable: async (asked, signal) => {
      const init = { headers: { Accept: "text/csv" }, ...(signal ? { signal } : {}) };
      return (await request(`/audit/calls?${new URLSearchParams({ ...asked })}`, init)).blob();
    },
    auditCallers: ({ from, to }, signal) =>
      json<AuditedCallers>(`/audit/clinicians?${new URLSearchParams({ from, to })}`, signal ? { signal } : {}),
    auditCall: (key, signal) =>
      json<AuditedHistory>(`/audit/calls/${encodeURIComponent(key)}`, signal ? { signal } : {}),
    voiceToken: async (signal) => {
      const init = sent("POST", { platform: "web" }, signal);
      return (await json<Schemas["AccessToken"]>("/twilio/access-token", init)).data.token;
    },
    events: (lastId, signal) =>
      request("/calls/events", {
        signal,
        headers: { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) },
      }),
    ...roomRoutes({ json, done, request }),
  };
}

function sessionError(error: unknown): never {
  if (!(error instanceof SignInError)) throw error;
  throw new BackendError(error.kind === "unreachable" ? "offline" : "session", error.sentence);
}

/** Reads problem+json (RFC 9457); anything else is a proxy's or a stranger's answer. */
async function errorOf(response: Response): Promise<BackendError> {
  const wait = retryAfter(response.headers.get("Retry-After"));
  const more = wait === undefined ? {} : { retryAfter: wait };
  if (!response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    if (response.status < 500 && response.status !== 429) return unreadable();
    return new BackendError("unavailable", say("backend:away"), more);
  }
  try {
    const problem = (await response.json()) as Schemas["Problem"];
    const incident = problem.incident || response.headers.get("X-Request-Id");
    return new BackendError(problem.code, problemWords(problem), {
      ...more,
      ...(incident ? { incident } : {}),
      ...(problem.reason ? { reason: problem.reason } : {}),
    });
  } catch {
    return unreadable();
  }
}

function unreadable(): BackendError {
  return new BackendError("unreadable", say("backend:stranger"));
}

function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
