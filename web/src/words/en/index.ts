// The catalogue: every sentence of the app, by code. An area is a folder of src. What is
// not here comes with the page that says it (bring), so that the first load stays small.
import after from "./after";
import appointment from "./appointment";
import backend from "./backend";
import calling from "./calling";
import history from "./history";
import live from "./live";
import people from "./people";
import service from "./service";
import session from "./session";
import shell from "./shell";
import time from "./time";
import today from "./today";

export const en = {
  after,
  appointment,
  backend,
  calling,
  history,
  live,
  people,
  service,
  session,
  shell,
  time,
  today,
} as const;
