// Clock times and days are the clinic's, wherever the clinician sits.

export interface ClinicTime {
  /** 09:05 */
  clock(at: string | number): string;
  /** 09:05:07 */
  exact(at: string | number): string;
  /** Monday 3 May 2027 */
  longDay(day: string): string;
  /** 3 May 2027 */
  shortDay(at: string | number): string;
  /** YYYY-MM-DD where the clinic is. */
  dayOf(at: string | number): string;
  /** The clock time, with the day before it unless that is today. */
  when(at: string | number, now: number): string;
}

export function clinicTime(timeZone: string): ClinicTime {
  const format = (options: Intl.DateTimeFormatOptions, zone = timeZone) =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone: zone });
  const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const exact = format({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const short = format({ day: "numeric", month: "long", year: "numeric" });
  const iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone });
  // A date without a time has no zone.
  const long = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, "UTC");
  // A record with a broken time must not take the page with it.
  const shown = (how: Intl.DateTimeFormat, at: string | number) => {
    const date = new Date(at);
    return Number.isNaN(date.getTime()) ? "time unknown" : how.format(date);
  };
  const dayOf = (at: string | number) => shown(iso, at);
  return {
    clock: (at) => shown(clock, at),
    exact: (at) => shown(exact, at),
    longDay: (day) => shown(long, `${day}T00:00:00Z`).replace(",", ""),
    shortDay: (at) => shown(short, at),
    dayOf,
    when: (at, now) => (dayOf(at) === dayOf(now) ? shown(clock, at) : `${shown(short, at)}, ${shown(clock, at)}`),
  };
}

/** The day so many days after (or before) a YYYY-MM-DD. */
export function shiftDay(day: string, by: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + by);
  return at.toISOString().slice(0, 10);
}

export function isDay(text: string | null): text is string {
  return text !== null && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

/** "3 May 1956", or as much as is known: "May 1956", "1956". */
export function birthDay(known: string): string {
  const [year, month, day] = known.split("-");
  if (!year || !month) return known;
  const at = new Date(`${year}-${month}-${day ?? "01"}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return known;
  const options: Intl.DateTimeFormatOptions = { month: "long", year: "numeric", timeZone: "UTC" };
  return new Intl.DateTimeFormat("en-GB", day ? { ...options, day: "numeric" } : options).format(at);
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
  if (minutes === 0) return `${rest} s`;
  return rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** For a <time>'s machine-readable part; none for a broken time. */
export function machineTime(at: string | number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
