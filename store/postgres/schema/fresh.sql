-- The whole schema of a new database. One of a release before comes to the same
-- tables by the scripts that are numbered.
--
-- Times are microseconds since 1970-01-01 UTC. Empty text: not known. What the rows
-- mean together is decided in Go (store/plan.go); here they only stand.

-- The oldest schema whose programs this database can still serve: a later migration
-- that takes away what an older program needs raises it.
CREATE TABLE careline_serves (oldest integer NOT NULL);
INSERT INTO careline_serves (oldest) VALUES (5);

-- The last place given out. Places are given in the order of the commits, without
-- gaps, and never twice; a sequence would promise none of it.
CREATE TABLE log_end (seq bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO log_end (seq) VALUES (0);

-- Calls, and legs whose call is not known yet (careline.Standing).
CREATE SEQUENCE calls_number;
CREATE TABLE calls (
  number    bigint PRIMARY KEY DEFAULT nextval('calls_number'),
  key       text NOT NULL,
  clinician text,                      -- NULL: no request of it was kept
  patient   text NOT NULL DEFAULT '',  -- of the request, or as the call was filed
  begun     bigint,                    -- when the request was kept
  heard     boolean NOT NULL,          -- the carrier has reported something of it
  over      boolean NOT NULL,          -- ended, or refused
  -- When the call is looked up at the carrier; 0: its outcome is known, or nobody
  -- needs to look; NULL: it is not known to be a call of a clinician's.
  look      bigint,
  joined    bigint,                    -- of a leg that has its own row no more: its call (number)
  first     bigint,                    -- when its first event was kept; NULL: its events tell
  aside     boolean NOT NULL DEFAULT false, -- nothing under the key tells of a call
  room      boolean NOT NULL DEFAULT false -- it does not end with the clinician's leg
) WITH (fillfactor = 80);
ALTER SEQUENCE calls_number OWNED BY calls.number;
-- All that a clinician's load is counted from.
CREATE INDEX calls_begun ON calls (clinician, begun) WHERE clinician IS NOT NULL;
CREATE INDEX calls_patient ON calls (patient) WHERE patient <> '';
-- Calls by when they were asked for.
CREATE INDEX calls_asked ON calls ((coalesce(begun, first)), number) WHERE joined IS NULL AND NOT aside;
CREATE INDEX calls_look ON calls (look, number) WHERE look > 0;
CREATE INDEX calls_joined ON calls (joined) WHERE joined IS NOT NULL;

-- What each key of a call and each id of a leg stands for.
CREATE TABLE keys (
  key  text PRIMARY KEY,
  call bigint NOT NULL                 -- calls.number
);
CREATE INDEX keys_call ON keys (call);

CREATE TABLE log_events (
  seq     bigint PRIMARY KEY,
  call    bigint NOT NULL,             -- calls.number
  id      text NOT NULL,
  kept    bigint NOT NULL,
  besides text NOT NULL,               -- a consumer that gets it too, though it gets few; empty: none
  body    bytea NOT NULL               -- careline.CallEvent.Body
);
CREATE UNIQUE INDEX log_events_once ON log_events (call, id);

CREATE TABLE filings (
  call    bigint NOT NULL,             -- calls.number
  id      text NOT NULL,
  version text NOT NULL,
  seq     bigint NOT NULL,
  tried   boolean NOT NULL,
  doubted boolean NOT NULL,
  of      text NOT NULL DEFAULT '',    -- which resource of the call; empty: its Communication
  CONSTRAINT filings_pkey PRIMARY KEY (call, of)
) WITH (fillfactor = 80);
CREATE INDEX filings_doubted ON filings (call) WHERE doubted;

-- How far a consumer is with a call of which something waits for it (store.Cursor).
-- Rows come and go, so the table is swept early.
CREATE TABLE cursors (
  call     bigint NOT NULL,            -- calls.number
  consumer text NOT NULL,
  done     bigint NOT NULL,            -- log_events.seq
  due      bigint NOT NULL,
  attempts integer NOT NULL,
  cause    text NOT NULL,              -- why the last attempt failed
  again    bigint[] NOT NULL,          -- places up to done that wait all the same, in their order
  CONSTRAINT cursors_pkey PRIMARY KEY (call, consumer)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX cursors_due ON cursors (consumer, due);

CREATE TABLE dead_letters (
  consumer text NOT NULL,
  seq      bigint NOT NULL,            -- log_events.seq
  attempts integer NOT NULL,
  buried   bigint NOT NULL,
  cause    text NOT NULL,
  PRIMARY KEY (seq, consumer)
);

CREATE TABLE strays (
  seq        bigint PRIMARY KEY,
  id         text NOT NULL UNIQUE,
  attributes text NOT NULL,            -- JSON; empty: none
  data       bytea,
  why        text NOT NULL,
  kept       bigint NOT NULL
);
CREATE SEQUENCE strays_seq OWNED BY strays.seq;

-- Whose devices are ready for a call.
CREATE TABLE presence (
  clinician text NOT NULL,
  device    text NOT NULL,
  ready     boolean NOT NULL,
  said      bigint NOT NULL,
  CONSTRAINT presence_pkey PRIMARY KEY (clinician, device)
) WITH (fillfactor = 50);
