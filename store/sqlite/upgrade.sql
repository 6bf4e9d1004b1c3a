-- Of schema 4, from the tables of schema 3, which are renamed to old_…; its events are
-- there already.

INSERT INTO calls (number, key, first, clinician, patient, begun, heard, over, settled, look, joined)
  SELECT c.number, c.key, (SELECT min(e.kept) FROM events e WHERE e.call = c.number), c.clinician, nullif(c.patient, ''), c.begun,
    c.heard, c.over, coalesce(c.look, 1) = 0, nullif(c.look, 0), c.joined
  FROM old_calls c ORDER BY c.number;

INSERT INTO keys (key, call) SELECT key, call FROM old_keys ORDER BY key;

INSERT INTO filings (call, of, id, version, seq, tried, doubted)
  SELECT call, '', id, version, seq, tried, doubted FROM old_filings ORDER BY call;

-- Everything that waits for a consumer is to be given again: what else the call has, the
-- consumer had, or was never to have. The bare columns are those of min(d.seq) (SQLite,
-- "Bare columns in an aggregate query"): the first that waits.
INSERT INTO cursors (call, consumer, done, due, attempts, cause, again)
  SELECT q.call, q.consumer, (SELECT max(e.seq) FROM events e WHERE e.call = q.call), coalesce(q.due, q.kept), q.attempts, q.cause, q.again
  FROM (SELECT e.call, d.consumer, min(d.seq), d.due, e.kept, d.attempts, d.cause, group_concat(d.seq, ' ' ORDER BY d.seq) AS again
    FROM old_deliveries d CROSS JOIN events e WHERE e.seq = d.seq GROUP BY e.call, d.consumer) q;

INSERT INTO dead_letters (seq, consumer, attempts, buried, cause)
  SELECT seq, consumer, attempts, buried, cause FROM old_dead_letters ORDER BY seq, consumer;

INSERT INTO strays (seq, id, attributes, data, why, kept) SELECT seq, id, attributes, data, why, kept FROM old_strays ORDER BY seq;
DELETE FROM sqlite_sequence WHERE name = 'strays';
INSERT INTO sqlite_sequence (name, seq) SELECT 'strays', seq FROM sqlite_sequence WHERE name = 'old_strays';

UPDATE log_end SET seq = (SELECT seq FROM old_log_end);
