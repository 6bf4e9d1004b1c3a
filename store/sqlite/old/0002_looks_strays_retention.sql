ALTER TABLE calls ADD COLUMN patient TEXT;    -- NULL: no request of it was kept, or it named nobody
-- When the call is looked up at the carrier; 0: not any more; NULL: it is not known to be a call of a clinician's.
ALTER TABLE calls ADD COLUMN look INTEGER;
ALTER TABLE calls ADD COLUMN joined INTEGER;  -- of a leg that has its own row no more: its call (calls.number)

UPDATE calls SET patient = (SELECT json_extract(CAST(e.request AS TEXT), '$.patient') FROM events e
    WHERE e.call = calls.number AND e.kind IN ('requested', 'refused') ORDER BY e.seq LIMIT 1)
  WHERE clinician IS NOT NULL;
UPDATE calls SET joined = (SELECT k.call FROM keys k WHERE k.key = calls.key)
  WHERE number <> (SELECT k.call FROM keys k WHERE k.key = calls.key);
UPDATE calls SET look = CASE
    WHEN EXISTS (SELECT 1 FROM events e WHERE e.call = calls.number AND (e.kind = 'refused' OR e.kind IN ('progress', 'dial-ended')
      AND e.status IN ('completed', 'busy', 'failed', 'no-answer', 'canceled', 'refused'))) THEN 0
    ELSE (SELECT min(e.kept) FROM events e WHERE e.call = calls.number) + 180000000 END
  WHERE joined IS NULL AND (clinician IS NOT NULL OR EXISTS (SELECT 1 FROM events e
    WHERE e.call = calls.number AND (e.leg <> calls.key OR e.kind IN ('dial-ended', 'clinician-leg'))));

CREATE INDEX calls_patient ON calls (patient) WHERE patient IS NOT NULL;
CREATE INDEX calls_look ON calls (look) WHERE look > 0;
CREATE INDEX calls_joined ON calls (joined) WHERE joined IS NOT NULL;

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
