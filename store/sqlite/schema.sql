-- Times are microseconds since 1970-01-01 UTC. NULL: not known, or none.

-- Calls, and legs whose call is not known yet. They are numbered as they begin,
-- so that what is written about the calls under way falls on neighbouring pages;
-- a carrier's ids are random, and would touch a page of each index per event.
CREATE TABLE calls (
  number    INTEGER PRIMARY KEY,
  key       TEXT NOT NULL,
  first     INTEGER,            -- when its first event was kept
  clinician TEXT,               -- NULL: no request of it was kept
  patient   TEXT,               -- of the request, or as the call was filed
  begun     INTEGER,            -- when the request was kept
  heard     INTEGER NOT NULL,   -- 1: the carrier has reported something of it
  over      INTEGER NOT NULL,   -- 1: ended, or refused
  settled   INTEGER NOT NULL,   -- 1: nobody needs to look for its outcome
  look      INTEGER,            -- when it is looked up at the carrier
  joined    INTEGER,            -- of a leg that has its own row no more: its call (calls.number)
  aside     INTEGER NOT NULL DEFAULT 0, -- 1: nothing under the key tells of a call
  room      INTEGER NOT NULL DEFAULT 0 -- 1: it does not end with the clinician's leg
);
CREATE INDEX calls_of_clinician ON calls (clinician, begun) WHERE clinician IS NOT NULL;
CREATE INDEX calls_of_patient ON calls (patient) WHERE patient IS NOT NULL;
-- Calls by when they were asked for; of one time by their number, the rowid.
CREATE INDEX calls_asked ON calls (coalesce(begun, first)) WHERE joined IS NULL AND aside = 0;
CREATE INDEX calls_to_look_at ON calls (look) WHERE look IS NOT NULL;
CREATE INDEX calls_of_legs ON calls (joined) WHERE joined IS NOT NULL;

-- What each key of a call and each id of a leg stands for.
CREATE TABLE keys (
  key  TEXT PRIMARY KEY,
  call INTEGER NOT NULL         -- calls.number
) WITHOUT ROWID;

-- Keys that are not among those yet (see keys.go). Of two rows of one key the later counts.
CREATE TABLE young_keys (
  number INTEGER PRIMARY KEY,
  key    TEXT NOT NULL,
  call   INTEGER NOT NULL
);

CREATE TABLE events (
  seq     INTEGER PRIMARY KEY,
  call    INTEGER NOT NULL,     -- calls.number
  id      TEXT NOT NULL,
  kept    INTEGER NOT NULL,
  besides TEXT,                 -- a consumer that gets it too
  body    BLOB NOT NULL         -- what it says; nothing is asked of it here
);
CREATE UNIQUE INDEX events_of_call ON events (call, id);

CREATE TABLE filings (
  call    INTEGER NOT NULL,     -- calls.number
  of      TEXT NOT NULL,        -- which resource of the call; empty: its Communication
  id      TEXT,
  version TEXT,
  seq     INTEGER NOT NULL,
  tried   INTEGER NOT NULL,
  doubted INTEGER NOT NULL,
  PRIMARY KEY (call, of)
) WITHOUT ROWID;
CREATE INDEX filings_in_doubt ON filings (call) WHERE doubted = 1;

-- How far a consumer is with a call of which something waits for it: it had every
-- event up to done, but for those in again.
CREATE TABLE cursors (
  call     INTEGER NOT NULL,    -- calls.number
  consumer TEXT NOT NULL,
  done     INTEGER NOT NULL,
  due      INTEGER NOT NULL,    -- when the first that waits is due
  attempts INTEGER NOT NULL,    -- at the first that waits
  cause    TEXT,                -- why the last of them failed
  again    TEXT,                -- places (events.seq), in their order
  PRIMARY KEY (call, consumer)
) WITHOUT ROWID;
CREATE INDEX cursors_due ON cursors (consumer, due);

CREATE TABLE dead_letters (
  seq      INTEGER NOT NULL,    -- events.seq
  consumer TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  buried   INTEGER NOT NULL,
  cause    TEXT,
  PRIMARY KEY (seq, consumer)
) WITHOUT ROWID;

-- Whose devices are ready for a call.
CREATE TABLE presence (
  clinician TEXT NOT NULL,
  device    TEXT NOT NULL,
  ready     INTEGER NOT NULL,
  said      INTEGER NOT NULL,
  PRIMARY KEY (clinician, device)
) WITHOUT ROWID;

-- The log's end when events there were forgotten last: a place is never given twice.
CREATE TABLE log_end (seq INTEGER NOT NULL);
INSERT INTO log_end (seq) VALUES (0);

CREATE TABLE strays (
  seq        INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT UNIQUE,
  attributes TEXT,              -- JSON
  data       BLOB,
  why        TEXT,
  kept       INTEGER NOT NULL
);
