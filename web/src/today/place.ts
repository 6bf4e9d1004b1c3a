// Where somebody was in the day when they left its list, so that they find it so
// again. In the page's memory only: a name that is searched for belongs in no
// address and no storage.
import { createContext, useContext } from "react";
import type { Filter } from "./filters";

export interface Place {
  /** Of which day the rest is. */
  day: string;
  search: string;
  filter: Filter;
  /** How far down the page. */
  scroll: number;
  /** How far down the list, where that scrolls by itself. */
  listScroll: number;
  /** The appointment that was open last. */
  opened: string | undefined;
}

export function beginning(): Place {
  return { day: "", search: "", filter: "all", scroll: 0, listScroll: 0, opened: undefined };
}

const Context = createContext<Place>(beginning());

export const PlaceProvider = Context.Provider;

/** One object for as long as somebody is signed in, changed as they go. */
export function usePlace(): Place {
  return useContext(Context);
}

/** The address of a day's list, or of an appointment beside it. Only another day than today is named. */
export function addressOf(day: string, today: string, appointment?: string): string {
  const path = appointment === undefined ? "/" : `/appointments/${encodeURIComponent(appointment)}`;
  return day === today ? path : `${path}?date=${day}`;
}
