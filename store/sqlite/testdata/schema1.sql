-- Times are microseconds since 1970-01-01 UTC. NULL: not known.

-- Calls, and legs whose call is not known yet. They are numbered as they begin,
-- so that what is written about the calls under way falls on neighbouring pages;
-- a carrier's ids are random, and would touch a page of each index per event.
CREATE TABLE calls (
  number    INTEGER PRIMARY KEY,
  key       TEXT NOT NULL,
  clinician TEXT,               -- NULL: no request of it was kept
  begun     INTEGER,            -- when the request was kept
  heard     INTEGER NOT NULL,   -- 1: the carrier has reported something of it
  over      INTEGER NOT NULL    -- 1: ended, or refused
);
-- All that a clinician's load is counted from.
CREATE INDEX calls_begun ON calls (clinician, begun, heard, over) WHERE clinician IS NOT NULL;

-- What each key of a call and each id of a leg stands for.
CREATE TABLE keys (
  key  TEXT PRIMARY KEY,
  call INTEGER NOT NULL         -- calls.number
) WITHOUT ROWID;

CREATE TABLE events (
  seq         INTEGER PRIMARY KEY, -- rows are never dropped, so a number is never given twice
  call        INTEGER NOT NULL,    -- calls.number
  id          TEXT NOT NULL,
  leg         TEXT,
  kind        TEXT NOT NULL,
  at          INTEGER,
  kept        INTEGER NOT NULL,
  place       INTEGER NOT NULL,    -- the carrier's sequence number; 0: none
  status      TEXT,
  word        TEXT,
  direction   TEXT,
  member_leg  TEXT,
  appointment TEXT,
  seconds     INTEGER,
  answered_by TEXT,
  recording   TEXT,
  request     TEXT,                -- JSON, on the events of a request
  report      BLOB,
  trace       TEXT
);
CREATE UNIQUE INDEX events_once ON events (call, id);

CREATE TABLE filings (
  call    INTEGER PRIMARY KEY,  -- calls.number
  id      TEXT,
  version TEXT,
  seq     INTEGER NOT NULL,
  tried   INTEGER NOT NULL,
  doubted INTEGER NOT NULL
);

CREATE INDEX filings_doubted ON filings (call) WHERE doubted = 1;

-- Deliveries still to be made.
CREATE TABLE deliveries (
  consumer TEXT NOT NULL,
  seq      INTEGER NOT NULL,    -- events.seq
  attempts INTEGER NOT NULL DEFAULT 0,
  due      INTEGER,             -- the first of its call only; NULL: waits behind it
  cause    TEXT,                -- why the last attempt failed
  PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (consumer, due) WHERE due IS NOT NULL;

CREATE TABLE dead_letters (
  consumer TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  buried   INTEGER NOT NULL,
  cause    TEXT,
  PRIMARY KEY (consumer, seq)
) WITHOUT ROWID;
