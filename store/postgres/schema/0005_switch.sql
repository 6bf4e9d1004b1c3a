-- The moment in which the next schema begins to be the log, in one transaction that
-- holds the log's lock and those of the tables that go. All events are copied.

INSERT INTO cursors (call, consumer, done, due, attempts, cause, again)
SELECT d.call, d.consumer, (SELECT l.seq FROM log_end l), coalesce(min(d.due), min(e.kept)),
  (array_agg(d.attempts ORDER BY d.seq))[1], (array_agg(d.cause ORDER BY d.seq))[1], array_agg(d.seq ORDER BY d.seq)
FROM deliveries d JOIN log_events e ON e.seq = d.seq GROUP BY d.call, d.consumer;

ALTER TABLE filings ADD COLUMN of text NOT NULL DEFAULT '';
ALTER TABLE filings DROP CONSTRAINT filings_pkey;
ALTER TABLE filings ADD CONSTRAINT filings_pkey PRIMARY KEY (call, of);

DROP FUNCTION line_up_1, copied_1, body_of_1 CASCADE;
DROP TABLE events, deliveries;
UPDATE careline_serves SET oldest = 3;
