-- What the next schema needs beside the tables that programs of schemas 3 and 4 use
-- meanwhile. Events are copied from here on, some thousands at a time, each time
-- with the log's lock; what happens to those that were copied is copied at once.

CREATE TABLE log_events (
  seq     bigint PRIMARY KEY,
  call    bigint NOT NULL,
  id      text NOT NULL,
  kept    bigint NOT NULL,
  besides text NOT NULL,
  body    bytea NOT NULL
);
CREATE UNIQUE INDEX log_events_once ON log_events (call, id);

CREATE TABLE cursors (
  call     bigint NOT NULL,
  consumer text NOT NULL,
  done     bigint NOT NULL,
  due      bigint NOT NULL,
  attempts integer NOT NULL,
  cause    text NOT NULL,
  again    bigint[] NOT NULL,
  CONSTRAINT cursors_pkey PRIMARY KEY (call, consumer)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
CREATE INDEX cursors_due ON cursors (consumer, due);

-- An event of before as its body: the names are those of careline.CallEvent.Body.
CREATE FUNCTION body_1(leg text, kind text, at bigint, place bigint, status text, word text, direction text, member_leg text,
  appointment text, seconds bigint, answered_by text, recording text, request text, facts text, trace text, looked_up boolean, report bytea)
RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT convert_to((jsonb_strip_nulls(jsonb_build_object(
      'leg', nullif(leg, ''), 'kind', nullif(kind, ''), 'at', at, 'order', nullif(place, 0), 'status', nullif(status, ''),
      'word', nullif(word, ''), 'direction', nullif(direction, ''), 'memberLeg', nullif(member_leg, ''),
      'appointment', nullif(appointment, ''), 'seconds', seconds, 'answeredBy', nullif(answered_by, ''),
      'recording', nullif(recording, ''), 'trace', nullif(trace, ''), 'lookedUp', nullif(looked_up, false)))
    || coalesce(nullif(request, '')::jsonb, '{}') || coalesce(nullif(facts, '')::jsonb, '{}'))::text, 'UTF8')
    || '\x0a'::bytea || coalesce(report, ''::bytea)
$$;

CREATE FUNCTION body_of_1(e events) RETURNS bytea LANGUAGE sql STABLE AS $$
  SELECT body_1(e.leg, e.kind, e.at, e.place, e.status, e.word, e.direction, e.member_leg, e.appointment, e.seconds,
    e.answered_by, e.recording, e.request, e.facts, e.trace, e.id LIKE '%/reconciled', e.report)
$$;

CREATE FUNCTION copied_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM log_events e WHERE e.seq = OLD.seq;
  ELSE
    UPDATE log_events e SET call = NEW.call, body = body_of_1(NEW) WHERE e.seq = NEW.seq;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER copied AFTER UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION copied_1();

-- Whoever waits for the lock while the tables and functions change under it has to see
-- them as they are then: a lock of a table has the server look (AcceptInvalidationMessages).
CREATE OR REPLACE FUNCTION lock_log_1() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1667330661, 'log_end'::regclass::oid::integer);
  LOCK TABLE log_end IN ACCESS SHARE MODE;
END $$;
