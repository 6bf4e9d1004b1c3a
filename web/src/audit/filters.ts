// What an auditor asks for stands in the page's address, so that it can be kept and sent.
import type { AuditFilters } from "../backend";
import { isDay, shiftDay } from "../clinictime";

/** As the address has them; days may be missing there. */
export type Asked = Omit<AuditFilters, "after">;

const CHOICES = ["clinician", "patient", "outcome", "refusal"] as const;
export type Choice = (typeof CHOICES)[number];

/** The address's filters; days that are none, or the wrong way round, are today. */
export function readFilters(search: string, today: string): Asked {
  const given = new URLSearchParams(search);
  const to = dayIn(given, "to") ?? today;
  const from = dayIn(given, "from") ?? to;
  const asked: Asked = from <= to ? { from, to } : { from: to, to };
  for (const name of CHOICES) {
    const value = name === "patient" ? patientIn(given.get(name) ?? "") : given.get(name);
    if (value) asked[name] = value;
  }
  return asked;
}

/**
 * Whom the record means in what somebody has pasted: Patient/ID, a link with that in it, or the id alone. A word without a
 * digit is none, for it may be a name, which has no place in an address or a log.
 */
export function patientIn(text: string): string | undefined {
  const pasted = text.trim().replaceAll(/%2f/gi, "/");
  const referred = /(?:^|[^\w.-])Patient\/([A-Za-z0-9.-]{1,64})(?![\w.-])/.exec(pasted)?.[1];
  const id = referred ?? /^(?=.*\d)[A-Za-z0-9.-]{1,64}$/.exec(pasted)?.[0];
  return id && `Patient/${id}`;
}

function dayIn(given: URLSearchParams, name: string): string | undefined {
  const day = given.get(name);
  return isDay(day) ? day : undefined;
}

/** "?from=…", or nothing for today without filters. */
export function writeFilters(asked: Asked, today: string): string {
  const { from, to, ...chosen } = asked;
  const set = Object.entries(chosen).filter(([, value]) => value);
  if (from === today && to === today && set.length === 0) return "";
  return `?${new URLSearchParams([["from", from], ["to", to], ...set] as [string, string][])}`;
}

export const QUICK = ["today", "yesterday", "week", "month"] as const;

export function quickDays(choice: (typeof QUICK)[number], today: string): { from: string; to: string } {
  switch (choice) {
    case "today":
      return { from: today, to: today };
    case "yesterday":
      return { from: shiftDay(today, -1), to: shiftDay(today, -1) };
    case "week":
      return { from: shiftDay(today, -6), to: today };
    case "month":
      return { from: shiftDay(today, -29), to: today };
  }
}

/** One of them chosen; empty: all. */
export function choose(asked: Asked, name: Choice, value: string): Asked {
  const { [name]: _, ...rest } = asked;
  return value ? { ...rest, [name]: value } : rest;
}

/** How many days after the first one question reaches. */
export const MOST_DAYS = 400;

/** The first day never comes after the last, and they are no further apart than the service tells of. */
export function withDay(asked: Asked, name: "from" | "to", day: string): Asked {
  const next = { ...asked, [name]: day };
  if (next.from > next.to) return { ...next, from: day, to: day };
  const most = shiftDay(next.from, MOST_DAYS);
  if (next.to <= most) return next;
  return name === "from" ? { ...next, to: most } : { ...next, from: shiftDay(next.to, -MOST_DAYS) };
}
