// Clock times and days are the clinic's, wherever the clinician sits, and written as
// LANGUAGE has it, whatever the browser's is; in words, as the sentences around them are.
import { localeOf, say } from "./words";

export interface ClinicTime {
  /** 09:05 */
  clock(at: string | number): string;
  /** 09:05:07 */
  exact(at: string | number): string;
  /** Monday 3 May 2027 */
  longDay(day: string): string;
  /** 3 May 2027 */
  shortDay(at: string | number): string;
  /** Mon 3 May: of a YYYY-MM-DD, where there is little room. */
  briefDay(day: string): string;
  /** May 2027: the month of a YYYY-MM-DD. */
  month(day: string): string;
  /** The seven days' names from the first of the week on, short and in full. */
  weekdays(): { short: string; long: string }[];
  /** How many days before it the week of a YYYY-MM-DD began. */
  intoWeek(day: string): number;
  /** YYYY-MM-DD where the clinic is. */
  dayOf(at: string | number): string;
  /** The clock time, with the day before it unless that is today. */
  when(at: string | number, now: number): string;
}

let language = "en-GB";
let firstDay = 1;

/** Said once, before anything is shown. */
export function speak(tag: string): void {
  language = localeOf(tag);
  firstDay = firstOfWeek(tag);
}

export function clinicTime(timeZone: string): ClinicTime {
  const format = (options: Intl.DateTimeFormatOptions, zone = timeZone) =>
    new Intl.DateTimeFormat(language, { ...options, timeZone: zone });
  const clock = format({ hour: "2-digit", minute: "2-digit" });
  const exact = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const short = format({ day: "numeric", month: "long", year: "numeric" });
  const iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
  // A date without a time has no zone.
  const long = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, "UTC");
  const brief = format({ weekday: "short", day: "numeric", month: "short" }, "UTC");
  const month = format({ month: "long", year: "numeric" }, "UTC");
  const weekday = (width: "short" | "long") => format({ weekday: width }, "UTC");
  const dayOf = (at: string | number) => shown(iso, at);
  const first = firstDay;
  return {
    clock: (at) => shown(clock, at),
    exact: (at) => shown(exact, at),
    longDay: (day) => british(shown(long, midnight(day))),
    shortDay: (at) => shown(short, at),
    briefDay: (day) => british(shown(brief, midnight(day))),
    month: (day) => shown(month, midnight(day)),
    weekdays: () =>
      [0, 1, 2, 3, 4, 5, 6].map((n) => {
        const at = Date.UTC(2024, 0, 7 + first + n); // 7 January 2024 was a Sunday
        return { short: weekday("short").format(at), long: weekday("long").format(at) };
      }),
    intoWeek: (day) => (new Date(midnight(day)).getUTCDay() - first + 7) % 7,
    dayOf,
    when: (at, now) =>
      dayOf(at) === dayOf(now)
        ? shown(clock, at)
        : say("time:dayAndClock", { day: shown(short, at), clock: shown(clock, at) }),
  };
}

function midnight(day: string): string {
  return `${day}T00:00:00Z`;
}

/** A record with a broken time must not take the page with it. */
function shown(how: Intl.DateTimeFormat, at: string | number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? say("time:unknown") : how.format(date);
}

/** Some browsers put a comma after the weekday that is not written here. */
function british(day: string): string {
  return language === "en-GB" ? day.replace(",", "") : day;
}

/** 0 is Sunday: as the country has it, whatever is spoken there. A browser that does not know begins with Monday (ISO 8601). */
function firstOfWeek(tag: string): number {
  const locale = new Intl.Locale(tag) as Intl.Locale & { getWeekInfo?(): { firstDay: number } };
  return (locale.getWeekInfo?.().firstDay ?? 1) % 7;
}

/** The day so many days after (or before) a YYYY-MM-DD. */
export function shiftDay(day: string, by: number): string {
  const at = new Date(midnight(day));
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

/** The same day so many months later (or earlier), or that month's last where it is too short. */
export function shiftMonth(day: string, by: number): string {
  const at = new Date(midnight(day));
  const date = at.getUTCDate();
  at.setUTCDate(1);
  at.setUTCMonth(at.getUTCMonth() + by + 1, 0);
  at.setUTCDate(Math.min(date, at.getUTCDate()));
  return at.toISOString().slice(0, 10);
}

export function isDay(text: string | null): text is string {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(midnight(text)));
}

/** "3 May 1956", or as much as is known: "May 1956", "1956". */
export function birthDay(known: string): string {
  const [year, month, day] = known.split("-");
  if (!year || !month) return known;
  const at = new Date(midnight(`${year}-${month}-${day ?? "01"}`));
  if (Number.isNaN(at.getTime())) return known;
  const options: Intl.DateTimeFormatOptions = { month: "long", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat(language, day ? { ...options, day: "numeric" } : options).format(at);
}

/** Whole years on a day; none when the day of birth is not wholly known. */
export function ageOn(known: string, today: string): number | undefined {
  if (!isDay(known) || !isDay(today)) return undefined;
  const years = Number(today.slice(0, 4)) - Number(known.slice(0, 4));
  return today.slice(5) < known.slice(5) ? years - 1 : years;
}

/** "6 min 3 s" */
export function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const rest = seconds % 60;
  if (minutes === 0) return say("time:seconds", { seconds: rest });
  return rest === 0 ? say("time:minutes", { minutes }) : say("time:minutesAndSeconds", { minutes, seconds: rest });
}

/** For a <time>'s machine-readable part; none for a broken time. */
export function machineTime(at: string | number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
