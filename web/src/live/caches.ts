// Puts what the server tells live into what the screens already have, and has
// them ask again for the rest.
import type { QueryClient } from "@tanstack/react-query";
import type { Call, Day, LastCall } from "../backend";
import type { CallRecording, LiveCalls, Participants } from "../roomRoutes";
import { withRoom } from "./livecalls";

export const keys = {
  days: ["day"] as const,
  /** By the day shown: at midnight "today" is another list. */
  day: (date: string) => ["day", date] as const,
  appointment: (id: string) => ["appointment", id] as const,
  calls: (id: string) => ["calls", id] as const,
  liveCalls: ["live-calls"] as const,
  /** By the call's key. */
  participants: (call: string) => ["participants", call] as const,
  candidates: (call: string) => ["candidates", call] as const,
  recording: (call: string) => ["recording", call] as const,
  recordings: (call: string) => ["recordings", call] as const,
};

/** Of a query whose answer is not exchanged under the eyes of whoever reads it: only what is told of it renews it. */
export const AS_READ = { asRead: true };

/** Has the screens ask again for what may be old by now. */
export function refresh(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ predicate: ({ meta }) => !meta?.asRead });
}

/** The record is written a moment after the event; one question then answers for several events. */
const SETTLE = 1_000;

export function createCaches(client: QueryClient) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>();

  function askAgain(queryKey: readonly string[]) {
    const name = queryKey.join(" ");
    if (waiting.has(name)) return;
    waiting.set(
      name,
      setTimeout(() => {
        waiting.delete(name);
        void client.invalidateQueries({ queryKey });
      }, SETTLE),
    );
  }

  /** An answer that is still on its way is older than what was told. */
  function put(queryKey: readonly string[], told: object) {
    void client.cancelQueries({ queryKey }, { silent: true });
    client.setQueryData(queryKey, told);
  }

  return {
    heard(call: Call) {
      const { appointment, key } = call;
      // Of a call that is in no room the stream does not say who is in it; the call's own news do.
      if (key && client.getQueryData<Participants>(keys.participants(key))?.room === "none") {
        void client.invalidateQueries({ queryKey: keys.participants(key) });
      }
      if (!appointment) return;
      client.setQueriesData<Day>({ queryKey: keys.days }, (day) => day && withLastCall(day, appointment, call));
      // The record is not what the page shows: somebody has died since, or a number is no longer theirs.
      if (call.refusal) void client.invalidateQueries({ queryKey: keys.appointment(appointment) });
      askAgain(keys.calls(appointment));
    },
    heardRoom(room: Participants) {
      put(keys.participants(room.call), room);
      client.setQueryData<LiveCalls>(keys.liveCalls, (list) => list && withRoom(list, room));
      askAgain(keys.liveCalls); // an answer that is on its way may be older, and a new call is not whole yet
      // Whom one may add depends on who is in it.
      void client.invalidateQueries({ queryKey: keys.candidates(room.call) });
    },
    heardRecording(recording: CallRecording) {
      put(keys.recording(recording.call), recording);
      void client.invalidateQueries({ queryKey: keys.recordings(recording.call) });
    },
    refreshAll() {
      void refresh(client);
    },
    stop() {
      for (const timer of waiting.values()) clearTimeout(timer);
      waiting.clear();
    },
  };
}

function withLastCall(day: Day, appointment: string, call: Call): Day {
  if (!day.appointments.some((one) => one.id === appointment)) return day;
  return {
    ...day,
    appointments: day.appointments.map((one) =>
      one.id === appointment && isNewer(call, one.lastCall) ? { ...one, lastCall: lastCallOf(call) } : one,
    ),
  };
}

function timeOf(call: Call): string | undefined {
  return call.ended ?? call.received ?? call.sent;
}

/** A resumed stream may tell again what the record has long had. */
function isNewer(call: Call, known: LastCall | null): boolean {
  if (!known?.at) return true;
  const began = Date.parse(call.sent ?? "");
  // A later call may have gone just like the one before it.
  if (began > Date.parse(known.at)) return true;
  if (known.status === call.status && known.final === call.final) return adds(call, known);
  if (Number.isNaN(began)) return true;
  // Of the same call, or an earlier one: only a later end replaces it.
  return !known.final;
}

/** The same word of the same call may come again with more: its length, or that a machine answered. */
function adds(call: Call, known: LastCall): boolean {
  const at = Date.parse(timeOf(call) ?? "");
  if (Number.isNaN(at) || at < Date.parse(known.at ?? "")) return false;
  const more = (["durationSeconds", "answeredBy", "endedBy", "failure", "note"] as const).filter(
    (one) => call[one] !== undefined,
  );
  return more.some((one) => JSON.stringify(call[one]) !== JSON.stringify(known[one]));
}

function lastCallOf(call: Call): LastCall {
  const at = timeOf(call);
  return {
    final: call.final,
    summary: call.summary,
    ...(call.status ? { status: call.status } : {}),
    ...(call.word ? { word: call.word } : {}),
    ...(call.sent ? { sent: call.sent } : {}),
    ...(at ? { at } : {}),
    ...(call.durationSeconds !== undefined ? { durationSeconds: call.durationSeconds } : {}),
    ...(call.answeredBy ? { answeredBy: call.answeredBy } : {}),
    ...(call.recipient ? { recipient: call.recipient } : {}),
    ...(call.householdConfirmed ? { householdConfirmed: true } : {}),
    ...(call.endedBy ? { endedBy: call.endedBy } : {}),
    ...(call.failure ? { failure: call.failure } : {}),
    ...(call.note ? { note: call.note } : {}),
  };
}
