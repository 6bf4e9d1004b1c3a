import { useSearch } from "wouter";
import { isDay } from "../clinictime";
import { useKnownAppointment } from "../queries";
import { useServices } from "../services";
import { useNow } from "../useNow";

export interface ShownDay {
  /** Milliseconds since 1970, each half minute anew. */
  now: number;
  /** YYYY-MM-DD where the clinic is. */
  today: string;
  day: string;
}

/** The day that the list is of: the address's, else that of the open appointment, else today. */
export function useShownDay(open: string | undefined): ShownDay {
  const { time } = useServices();
  const asked = new URLSearchParams(useSearch()).get("date");
  const start = useKnownAppointment(open)?.start;
  const now = useNow(0, 30_000);
  const today = time.dayOf(now);
  if (isDay(asked)) return { now, today, day: asked };
  const itsDay = open !== undefined && start !== undefined ? time.dayOf(start) : today;
  return { now, today, day: isDay(itsDay) ? itsDay : today };
}
