-- Times are microseconds since 1970-01-01 UTC. Empty text: not known.

-- The oldest schema whose programs this one can still serve: a later migration
-- that takes away what an older program needs raises it.
CREATE TABLE careline_serves (oldest integer NOT NULL);
INSERT INTO careline_serves (oldest) VALUES (1);

-- The last place given out. Places are given in the order of the commits, without
-- gaps, and never twice; a sequence would promise none of it.
CREATE TABLE log_end (seq bigint NOT NULL) WITH (fillfactor = 10);
INSERT INTO log_end (seq) VALUES (0);

-- Calls, and legs whose call is not known yet.
CREATE SEQUENCE calls_number;
CREATE TABLE calls (
  number    bigint PRIMARY KEY DEFAULT nextval('calls_number'),
  key       text NOT NULL,
  clinician text,                      -- NULL: no request of it was kept
  patient   text NOT NULL DEFAULT '',  -- of the request
  begun     bigint,                    -- when the request was kept
  heard     boolean NOT NULL,          -- the carrier has reported something of it
  over      boolean NOT NULL,          -- ended, or refused
  -- When the call is looked up at the carrier; 0: not any more; NULL: it is not
  -- known to be a call of a clinician's.
  look      bigint,
  joined    bigint                     -- of a leg that has its own row no more: its call (number)
) WITH (fillfactor = 80);
ALTER SEQUENCE calls_number OWNED BY calls.number;
-- All that a clinician's load is counted from.
CREATE INDEX calls_begun ON calls (clinician, begun) WHERE clinician IS NOT NULL;
CREATE INDEX calls_patient ON calls (patient) WHERE patient <> '';
CREATE INDEX calls_look ON calls (look, number) WHERE look > 0;
CREATE INDEX calls_joined ON calls (joined) WHERE joined IS NOT NULL;

-- What each key of a call and each id of a leg stands for.
CREATE TABLE keys (
  key  text PRIMARY KEY,
  call bigint NOT NULL                 -- calls.number
);
CREATE INDEX keys_call ON keys (call);

CREATE TABLE events (
  seq         bigint PRIMARY KEY,
  call        bigint NOT NULL,         -- calls.number
  id          text NOT NULL,
  leg         text NOT NULL,
  kind        text NOT NULL,
  at          bigint,
  kept        bigint NOT NULL,
  place       bigint NOT NULL,         -- the carrier's sequence number; 0: none
  status      text NOT NULL,
  word        text NOT NULL,
  direction   text NOT NULL,
  member_leg  text NOT NULL,
  appointment text NOT NULL,
  seconds     bigint,
  answered_by text NOT NULL,
  recording   text NOT NULL,
  request     text NOT NULL,           -- JSON, on the events of a request
  report      bytea,
  trace       text NOT NULL
);
CREATE UNIQUE INDEX events_once ON events (call, id);

CREATE TABLE filings (
  call    bigint PRIMARY KEY,          -- calls.number
  id      text NOT NULL,
  version text NOT NULL,
  seq     bigint NOT NULL,
  tried   boolean NOT NULL,
  doubted boolean NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX filings_doubted ON filings (call) WHERE doubted;

-- Deliveries still to be made: rows come and go, so the table is swept early.
CREATE TABLE deliveries (
  call     bigint NOT NULL,            -- calls.number, as of the event
  consumer text NOT NULL,
  seq      bigint NOT NULL,            -- events.seq
  attempts integer NOT NULL DEFAULT 0,
  due      bigint,                     -- the first of its call only; NULL: waits behind it
  cause    text NOT NULL DEFAULT '',   -- why the last attempt failed
  PRIMARY KEY (call, consumer, seq)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX deliveries_due ON deliveries (consumer, due) WHERE due IS NOT NULL;

CREATE TABLE dead_letters (
  consumer text NOT NULL,
  seq      bigint NOT NULL,            -- events.seq
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
