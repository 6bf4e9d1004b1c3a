// The catalogue: every sentence of the app, by code. An area is a folder of src.
import after from "./after";
import appointment from "./appointment";
import audit from "./audit";
import backend from "./backend";
import calling from "./calling";
import check from "./check";
import history from "./history";
import live from "./live";
import people from "./people";
import session from "./session";
import shell from "./shell";
import time from "./time";
import today from "./today";

export const en = {
  after,
  appointment,
  audit,
  backend,
  calling,
  check,
  history,
  live,
  people,
  session,
  shell,
  time,
  today,
} as const;
