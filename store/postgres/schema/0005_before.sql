-- For programs of schemas 3 and 4, which go on until the last of them is stopped: what
-- they read and write by its old names is the new tables. There is one log, and no copy
-- of it. Schema 6 only adds, and leaves it; a later migration drops all that stands here,
-- and what is left of their functions.

-- Their events.

CREATE FUNCTION said_1(body bytea) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT convert_from(substring(body FROM 1 FOR position('\x0a'::bytea IN body) - 1), 'UTF8')::jsonb
$$;

CREATE FUNCTION part_1(said jsonb, names text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT jsonb_object_agg(s.key, s.value)::text FROM jsonb_each(said) s WHERE s.key = ANY (names)
$$;

CREATE VIEW events AS SELECT e.seq, e.call, e.id,
  coalesce(said_1(e.body) ->> 'leg', '') AS leg,
  coalesce(said_1(e.body) ->> 'kind', '') AS kind,
  (said_1(e.body) ->> 'at')::bigint AS at,
  e.kept,
  coalesce((said_1(e.body) ->> 'order')::bigint, 0) AS place,
  coalesce(said_1(e.body) ->> 'status', '') AS status,
  coalesce(said_1(e.body) ->> 'word', '') AS word,
  coalesce(said_1(e.body) ->> 'direction', '') AS direction,
  coalesce(said_1(e.body) ->> 'memberLeg', '') AS member_leg,
  coalesce(said_1(e.body) ->> 'appointment', '') AS appointment,
  (said_1(e.body) ->> 'seconds')::bigint AS seconds,
  coalesce(said_1(e.body) ->> 'answeredBy', '') AS answered_by,
  coalesce(said_1(e.body) ->> 'recording', '') AS recording,
  coalesce(part_1(said_1(e.body), '{clinician,sender,patient,recipient,to,callerId,refusal}'), '') AS request,
  nullif(substring(e.body FROM position('\x0a'::bytea IN e.body) + 1), ''::bytea) AS report,
  coalesce(said_1(e.body) ->> 'trace', '') AS trace,
  part_1(said_1(e.body), '{endedBy,failure,names,household,limit}') AS facts
FROM log_events e;

CREATE FUNCTION events_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM log_events e WHERE e.seq = OLD.seq;
    RETURN OLD;
  END IF;
  IF TG_OP = 'INSERT' THEN
    INSERT INTO log_events (seq, call, id, kept, besides, body) VALUES (NEW.seq, NEW.call, NEW.id, NEW.kept, '',
      body_1(NEW.leg, NEW.kind, NEW.at, NEW.place, NEW.status, NEW.word, NEW.direction, NEW.member_leg, NEW.appointment, NEW.seconds,
        NEW.answered_by, NEW.recording, NEW.request, NEW.facts, NEW.trace, NEW.id LIKE '%/reconciled', NEW.report));
    RETURN NEW;
  END IF;
  UPDATE log_events e SET call = NEW.call WHERE e.seq = OLD.seq AND e.call <> NEW.call;
  IF NEW.facts IS DISTINCT FROM OLD.facts THEN
    UPDATE log_events e SET body = body_1(NEW.leg, NEW.kind, NEW.at, NEW.place, NEW.status, NEW.word, NEW.direction, NEW.member_leg,
      NEW.appointment, NEW.seconds, NEW.answered_by, NEW.recording, NEW.request, NEW.facts, NEW.trace, NEW.id LIKE '%/reconciled', NEW.report)
      WHERE e.seq = OLD.seq;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER events INSTEAD OF INSERT OR UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_1();

-- Their deliveries. What they change of a cursor they leave with done at the log's
-- end, and all that waits in again.

-- waiting_1 is what waits. The consumer of theirs that gets few events is pubsub.
CREATE FUNCTION waiting_1(c cursors) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT c.again || ARRAY(SELECT e.seq FROM log_events e
    WHERE e.call = c.call AND e.seq > c.done AND (c.consumer <> 'pubsub' OR e.besides = c.consumer) ORDER BY e.seq)
$$;

CREATE VIEW deliveries AS
SELECT c.call, c.consumer, (waiting_1(c))[1] AS seq, c.attempts, c.due, c.cause FROM cursors c
UNION ALL
SELECT c.call, c.consumer, w.seq, 0, NULL::bigint, ''::text
FROM cursors c CROSS JOIN LATERAL unnest((waiting_1(c))[2:]) w (seq);

-- wait_1 has places wait and no others. A new first one is due since it was kept.
CREATE FUNCTION wait_1(of_call bigint, of_consumer text, before bigint[], places bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  head bigint := places[1];
  head_kept bigint := (SELECT e.kept FROM log_events e WHERE e.seq = head);
  end_seq bigint := (SELECT l.seq FROM log_end l);
BEGIN
  IF head IS NULL THEN
    DELETE FROM cursors c WHERE c.call = of_call AND c.consumer = of_consumer;
  ELSIF head = before[1] THEN
    UPDATE cursors c SET done = end_seq, again = places WHERE c.call = of_call AND c.consumer = of_consumer;
  ELSE
    INSERT INTO cursors AS c (call, consumer, done, due, attempts, cause, again)
      VALUES (of_call, of_consumer, end_seq, head_kept, 0, '', places)
      ON CONFLICT (call, consumer) DO UPDATE SET done = excluded.done, due = excluded.due, attempts = 0, cause = '', again = excluded.again;
  END IF;
END $$;

CREATE FUNCTION add_1(of_call bigint, of_consumer text, more bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before bigint[] := coalesce((SELECT waiting_1(c) FROM cursors c WHERE c.call = of_call AND c.consumer = of_consumer), '{}');
BEGIN
  PERFORM wait_1(of_call, of_consumer, before, ARRAY(SELECT DISTINCT p FROM unnest(before || more) p ORDER BY p));
END $$;

-- take_1 ends a delivery; false: there was none.
CREATE FUNCTION take_1(of_call bigint, of_consumer text, place bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  before bigint[] := (SELECT waiting_1(c) FROM cursors c WHERE c.call = of_call AND c.consumer = of_consumer);
BEGIN
  IF before IS NULL OR NOT place = ANY (before) THEN
    RETURN false;
  END IF;
  PERFORM wait_1(of_call, of_consumer, before, array_remove(before, place));
  RETURN true;
END $$;

CREATE FUNCTION deliveries_1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM add_1(NEW.call, NEW.consumer, ARRAY[NEW.seq]);
  RETURN NEW;
END $$;
CREATE TRIGGER deliveries INSTEAD OF INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION deliveries_1();

-- Their functions that change rows of deliveries and filings.

CREATE OR REPLACE FUNCTION promote_1(of_calls bigint[], of_consumers text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN -- the first is always due
END $$;

CREATE OR REPLACE FUNCTION end_1(consumers text[], places bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM take_1(e.call, u.consumer, u.seq) FROM unnest(consumers, places) u (consumer, seq) JOIN log_events e ON e.seq = u.seq;
END $$;

CREATE OR REPLACE FUNCTION bury_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dead_letters (consumer, seq, attempts, buried, cause)
    SELECT u.consumer, u.seq, u.attempts, u.buried, u.cause
    FROM unnest(consumers, places, tries, at_times, causes) u (consumer, seq, attempts, buried, cause) JOIN log_events e ON e.seq = u.seq
    WHERE take_1(e.call, u.consumer, u.seq)
    ON CONFLICT (seq, consumer) DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION retry_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE cursors c SET attempts = u.attempts, cause = u.cause, due = u.at
  FROM unnest(consumers, places, tries, at_times, causes) u (consumer, seq, attempts, at, cause), log_events e
  WHERE e.seq = u.seq AND c.call = e.call AND c.consumer = u.consumer AND c.attempts <= u.attempts AND (waiting_1(c))[1] = u.seq;
END $$;

CREATE OR REPLACE FUNCTION move_1(of_leg bigint, to_call bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  twins bigint[] := ARRAY(SELECT t.seq FROM log_events t JOIN log_events k ON k.call = to_call AND k.id = t.id WHERE t.call = of_leg);
  moving jsonb := (SELECT jsonb_object_agg(c.consumer, waiting_1(c)) FROM cursors c WHERE c.call = of_leg);
  one record;
BEGIN
  -- What waits for the call is told one by one, before there are events among it that were moved.
  PERFORM wait_1(c.call, c.consumer, waiting_1(c), waiting_1(c)) FROM cursors c WHERE c.call = to_call;
  DELETE FROM cursors c WHERE c.call = of_leg;
  DELETE FROM dead_letters d WHERE d.seq = ANY (twins);
  UPDATE keys SET call = to_call WHERE call = of_leg;
  UPDATE log_events SET call = to_call WHERE call = of_leg AND NOT (seq = ANY (twins));
  FOR one IN SELECT m.key, ARRAY(SELECT p::bigint FROM jsonb_array_elements_text(m.value) p WHERE NOT p::bigint = ANY (twins)) AS places
      FROM jsonb_each(moving) m LOOP
    PERFORM add_1(to_call, one.key, one.places);
  END LOOP;
  UPDATE filings m SET call = to_call WHERE call = of_leg AND NOT EXISTS (SELECT FROM filings f WHERE f.call = to_call AND f.of = m.of);
  DELETE FROM filings WHERE call = of_leg;
  UPDATE calls c SET heard = c.heard OR l.heard, over = c.over OR l.over, look = least(c.look, l.look), first = NULL
    FROM calls l WHERE c.number = to_call AND l.number = of_leg;
  UPDATE calls SET joined = to_call, look = NULL WHERE number = of_leg OR joined = of_leg;
END $$;

CREATE OR REPLACE FUNCTION file_1(of_keys text[], ids text[], versions text[], places bigint[], tried boolean[], doubted boolean[])
RETURNS boolean[] LANGUAGE plpgsql AS $$
DECLARE
  lone text;
BEGIN
  FOR lone IN SELECT DISTINCT u.key FROM unnest(of_keys) u (key) WHERE NOT EXISTS (SELECT FROM keys k WHERE k.key = u.key) LOOP
    INSERT INTO calls (key, heard, over) VALUES (lone, false, false);
    INSERT INTO keys (key, call) SELECT lone, currval('calls_number');
  END LOOP;
  INSERT INTO filings AS f (call, id, version, seq, tried, doubted)
    SELECT DISTINCT ON (c.number) c.number, u.id, u.version, u.seq, u.tried, u.doubted
    FROM unnest(of_keys, ids, versions, places, tried, doubted) WITH ORDINALITY u (key, id, version, seq, tried, doubted, i)
      JOIN keys k ON k.key = u.key JOIN calls c ON c.number = k.call
    WHERE c.key = u.key ORDER BY c.number, u.seq DESC, u.i DESC
    ON CONFLICT (call, of) DO UPDATE SET id = excluded.id, version = excluded.version, seq = excluded.seq,
      tried = excluded.tried, doubted = excluded.doubted
    WHERE f.seq <= excluded.seq;
  RETURN ARRAY(SELECT c.key <> u.key FROM unnest(of_keys) WITH ORDINALITY u (key, i)
    JOIN keys k ON k.key = u.key JOIN calls c ON c.number = k.call ORDER BY u.i);
END $$;

CREATE OR REPLACE FUNCTION revive_1(teller text, whose text, of_place bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  target calls;
BEGIN
  PERFORM lock_log_1();
  DELETE FROM dead_letters d WHERE d.consumer = whose AND d.seq = of_place;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT c.* INTO target FROM log_events e JOIN calls c ON c.number = e.call WHERE e.seq = of_place;
  PERFORM add_1(target.number, whose, ARRAY[of_place]);
  PERFORM tell_1(teller, ARRAY[target.key]);
  RETURN target.key;
END $$;

CREATE OR REPLACE FUNCTION refile_1(teller text, whose text, own_key text, all_of_it boolean) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  target bigint;
  places bigint[];
BEGIN
  PERFORM lock_log_1();
  target := own_call_1(own_key);
  places := ARRAY(SELECT e.seq FROM log_events e WHERE e.call = target ORDER BY e.seq);
  IF places = '{}' THEN
    RETURN false;
  END IF;
  IF NOT all_of_it THEN
    places := places[cardinality(places):];
  END IF;
  DELETE FROM dead_letters d WHERE d.consumer = whose AND d.seq = ANY (places);
  PERFORM add_1(target, whose, places);
  UPDATE cursors c SET attempts = 0, cause = '', due = (SELECT e.kept FROM log_events e WHERE e.seq = c.again[1])
    WHERE c.call = target AND c.consumer = whose AND c.again[1] = ANY (places);
  IF all_of_it THEN
    INSERT INTO filings (call, id, version, seq, tried, doubted) VALUES (target, '', '', 0, true, false)
      ON CONFLICT (call, of) DO UPDATE SET id = '', version = '', seq = 0, tried = true, doubted = false;
  ELSE
    UPDATE filings SET seq = places[1] - 1 WHERE call = target AND of = '' AND seq >= places[1];
  END IF;
  PERFORM tell_1(teller, ARRAY[own_key]);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION forget_1(target bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  numbers bigint[] := ARRAY(SELECT c.number FROM calls c WHERE c.number = target OR c.joined = target);
  places bigint[] := ARRAY(SELECT e.seq FROM log_events e WHERE e.call = ANY (numbers));
BEGIN
  DELETE FROM cursors c WHERE c.call = ANY (numbers);
  DELETE FROM dead_letters d WHERE d.seq = ANY (places);
  DELETE FROM log_events e WHERE e.call = ANY (numbers);
  DELETE FROM keys k WHERE k.call = ANY (numbers);
  DELETE FROM filings f WHERE f.call = ANY (numbers);
  DELETE FROM calls c WHERE c.number = ANY (numbers);
END $$;
