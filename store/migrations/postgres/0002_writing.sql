-- What writes the log, run where the log is: whoever writes holds the log's lock,
-- and a lock that is taken and given back within one call of the database never
-- waits for a network or for a program that hangs. The name of each function ends
-- in its version: a change makes a new one beside it, so that programs of before
-- the change go on.

-- lock_log_1 is one writer at a time, over all programs. It stands in the space of
-- two numbers; claims have that of one.
CREATE FUNCTION lock_log_1() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1667330661, 'log_end'::regclass::oid::integer);
END $$;

-- tell_1 tells every program that listens which calls changed, in messages below
-- the 8000 bytes that a notification may have. The first line is who did it.
CREATE FUNCTION tell_1(teller text, changed text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  message text := teller || E'\n' || array_to_string(changed, E'\n');
  one text;
BEGIN
  IF octet_length(message) <= 7900 THEN
    IF changed <> '{}' THEN
      PERFORM pg_notify('careline', message);
    END IF;
    RETURN;
  END IF;
  message := teller;
  FOREACH one IN ARRAY changed LOOP
    IF octet_length(message) + octet_length(one) > 7900 THEN
      PERFORM pg_notify('careline', message);
      message := teller;
    END IF;
    message := message || E'\n' || one;
  END LOOP;
  IF message <> teller THEN
    PERFORM pg_notify('careline', message);
  END IF;
END $$;

-- load_1 is how busy a clinician is: asked for in the last minute; and live, of
-- those of the last four hours, of three minutes while nothing is heard of them.
CREATE FUNCTION load_1(whose text, at_time bigint, except_call bigint, OUT recent integer, OUT live integer)
LANGUAGE sql STABLE AS $$
  SELECT (count(*) FILTER (WHERE c.begun > at_time - 60000000))::integer,
    (count(*) FILTER (WHERE NOT c.over AND (c.heard OR c.begun > at_time - 180000000)))::integer
  FROM calls c WHERE c.clinician = whose AND c.begun > at_time - 14400000000 AND c.number <> except_call
$$;

-- promote_1 makes the first delivery of each queue due, unless it has a time.
CREATE FUNCTION promote_1(of_calls bigint[], of_consumers text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deliveries d SET due = e.kept
  FROM (SELECT DISTINCT q.call, q.consumer FROM unnest(of_calls, of_consumers) q (call, consumer)) q
    CROSS JOIN LATERAL (SELECT f.seq, f.due FROM deliveries f
      WHERE f.call = q.call AND f.consumer = q.consumer ORDER BY f.seq LIMIT 1) h
    JOIN events e ON e.seq = h.seq
  WHERE h.due IS NULL AND d.call = q.call AND d.consumer = q.consumer AND d.seq = h.seq;
END $$;

-- line_up_1 puts a call's deliveries in order after some came in before others.
CREATE FUNCTION line_up_1(of_call bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deliveries d SET due = CASE WHEN d.seq = h.seq THEN e.kept END
  FROM (SELECT f.consumer, min(f.seq) AS seq FROM deliveries f WHERE f.call = of_call GROUP BY f.consumer) h, events e
  WHERE d.call = of_call AND d.consumer = h.consumer AND e.seq = d.seq AND (d.due IS NULL) = (d.seq = h.seq);
END $$;

-- move_1 takes what was kept under a leg's own key to its call: the events with
-- their places in the log, their deliveries with the attempts made. What the call
-- already has stays with the leg, and is delivered to nobody.
CREATE FUNCTION move_1(of_leg bigint, to_call bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  twins bigint[] := ARRAY(SELECT t.seq FROM events t JOIN events k ON k.call = to_call AND k.id = t.id WHERE t.call = of_leg);
BEGIN
  DELETE FROM deliveries d WHERE d.call = of_leg AND d.seq = ANY (twins);
  DELETE FROM dead_letters d WHERE d.seq = ANY (twins);
  UPDATE keys SET call = to_call WHERE call = of_leg;
  UPDATE deliveries SET call = to_call WHERE call = of_leg;
  UPDATE events SET call = to_call WHERE call = of_leg AND NOT (seq = ANY (twins));
  UPDATE filings SET call = to_call WHERE call = of_leg AND NOT EXISTS (SELECT FROM filings f WHERE f.call = to_call);
  DELETE FROM filings WHERE call = of_leg;
  UPDATE calls c SET heard = c.heard OR l.heard, over = c.over OR l.over, look = least(c.look, l.look)
    FROM calls l WHERE c.number = to_call AND l.number = of_leg;
  UPDATE calls SET joined = to_call, look = NULL WHERE number = of_leg OR joined = of_leg;
  PERFORM line_up_1(to_call);
END $$;

-- An event as the program brings it, with what the program knows of its meaning.
CREATE TYPE event_1 AS (
  id text, call text, leg text, kind text, at bigint, kept bigint, place bigint, status text, word text,
  direction text, member_leg text, appointment text, seconds bigint, answered_by text, recording text,
  request text, report bytea, trace text,
  asks boolean,     -- a clinician's request, not a carrier's report
  over boolean,     -- the call, or the clinician's part in it, is over with it
  settles boolean,  -- the call's outcome is known with it, or nobody needs to look for one
  clinician text, patient text,
  besides text,     -- a consumer that gets a delivery too; empty: none
  recent integer,   -- the load that the event was admitted at; NULL: whatever it is
  live integer,
  again boolean,    -- an event before it in the batch has the same id
  shares boolean    -- an event before it in the batch has one of its keys
);

-- What became of it. Place 0: the load is another, and nothing was kept.
CREATE TYPE kept_1 AS (seq bigint, call text, repeated boolean, recent integer, live integer, moved boolean);

-- link_1 learns that a leg belongs to a call, and whether that moved anything. The
-- first call that claims a leg has it.
CREATE FUNCTION link_1(leg_key text, to_call bigint, call_key text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  before calls;
BEGIN
  IF leg_key = '' OR leg_key = call_key THEN
    RETURN false;
  END IF;
  SELECT c.* INTO before FROM keys k JOIN calls c ON c.number = k.call WHERE k.key = leg_key;
  IF NOT FOUND THEN
    INSERT INTO keys (key, call) VALUES (leg_key, to_call);
    RETURN false;
  END IF;
  IF before.number = to_call OR before.key <> leg_key OR before.clinician IS NOT NULL THEN
    RETURN false; -- known, or another's, or a call in its own right
  END IF;
  PERFORM move_1(before.number, to_call);
  RETURN true;
END $$;

-- hear_1 brings a call's row up to date with one of its events.
CREATE FUNCTION hear_1(e event_1, of_call bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE calls c SET
    clinician = CASE WHEN e.asks THEN e.clinician ELSE c.clinician END,
    patient = CASE WHEN e.asks THEN e.patient ELSE c.patient END,
    begun = CASE WHEN e.asks THEN e.kept ELSE c.begun END,
    heard = c.heard OR NOT e.asks,
    over = c.over OR e.over,
    look = CASE WHEN e.settles THEN 0 WHEN e.call = '' OR e.kind = 'member-called' THEN c.look
      ELSE coalesce(c.look, (SELECT min(f.kept) FROM events f WHERE f.call = of_call) + 180000000) END
  WHERE c.number = of_call AND CASE WHEN e.asks THEN c.clinician IS NULL ELSE
    NOT c.heard OR e.over AND NOT c.over OR e.settles AND c.look IS DISTINCT FROM 0 OR c.look IS NULL AND e.call <> '' AND e.kind <> 'member-called' END;
END $$;

-- insert_1 keeps an event of a call that has none of its id.
CREATE FUNCTION insert_1(e event_1, of_call bigint, consumers text[]) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  new_seq bigint;
BEGIN
  UPDATE log_end SET seq = seq + 1 RETURNING seq INTO new_seq;
  INSERT INTO events (seq, call, id, leg, kind, at, kept, place, status, word, direction,
      member_leg, appointment, seconds, answered_by, recording, request, report, trace)
    VALUES (new_seq, of_call, e.id, e.leg, e.kind, e.at, e.kept, e.place, e.status, e.word, e.direction,
      e.member_leg, e.appointment, e.seconds, e.answered_by, e.recording, e.request, e.report, e.trace);
  INSERT INTO deliveries (call, consumer, seq, due)
    SELECT of_call, t.consumer, new_seq, CASE WHEN
      (SELECT p.seq FROM deliveries p WHERE p.call = of_call AND p.consumer = t.consumer LIMIT 1) IS NULL THEN e.kept END
    FROM unnest(consumers || e.besides) t (consumer) WHERE t.consumer <> '';
  RETURN new_seq;
END $$;

-- begin_1 adds the row of a call that nothing was known of.
CREATE FUNCTION begin_1(e event_1, new_key text) RETURNS calls LANGUAGE plpgsql AS $$
DECLARE
  made calls;
BEGIN
  INSERT INTO calls (key, clinician, patient, begun, heard, over, look) VALUES (new_key,
    CASE WHEN e.asks THEN e.clinician END, CASE WHEN e.asks THEN e.patient ELSE '' END,
    CASE WHEN e.asks THEN e.kept END, NOT e.asks, e.over,
    CASE WHEN e.settles THEN 0 WHEN e.call <> '' AND e.kind <> 'member-called' THEN e.kept + 180000000 END) RETURNING * INTO made;
  INSERT INTO keys (key, call) VALUES (new_key, made.number);
  RETURN made;
END $$;

-- keep_1 keeps one event by all the rules.
CREATE FUNCTION keep_1(e event_1, consumers text[]) RETURNS kept_1 LANGUAGE plpgsql AS $$
DECLARE
  mine calls;
  kept kept_1;
  fresh boolean;
  own_key text := CASE WHEN e.call = '' THEN e.leg ELSE e.call END;
BEGIN
  kept.repeated := false; kept.moved := false; kept.recent := 0; kept.live := 0;
  SELECT c.* INTO mine FROM keys k JOIN calls c ON c.number = k.call WHERE k.key = own_key;
  fresh := mine.number IS NULL;
  SELECT x.seq INTO kept.seq FROM events x WHERE x.call = mine.number AND x.id = e.id;
  IF FOUND THEN
    kept.repeated := true; kept.call := mine.key;
    RETURN kept; -- it teaches nothing
  END IF;
  IF e.recent IS NOT NULL THEN
    SELECT l.recent, l.live INTO kept.recent, kept.live FROM load_1(e.clinician, e.kept, coalesce(mine.number, 0)) l;
    IF kept.recent <> e.recent OR kept.live <> e.live THEN
      kept.seq := 0; kept.call := own_key;
      RETURN kept;
    END IF;
  END IF;
  IF fresh THEN
    mine := begin_1(e, own_key);
  END IF;
  IF e.call <> '' THEN
    kept.moved := link_1(e.leg, mine.number, mine.key);
    kept.moved := link_1(e.member_leg, mine.number, mine.key) OR kept.moved;
  END IF;
  kept.call := mine.key;
  SELECT x.seq INTO kept.seq FROM events x WHERE x.call = mine.number AND x.id = e.id;
  IF FOUND THEN
    kept.repeated := true;
    RETURN kept; -- the leg had brought it
  END IF;
  kept.seq := insert_1(e, mine.number, consumers);
  IF NOT fresh THEN
    PERFORM hear_1(e, mine.number);
  END IF;
  RETURN kept;
END $$;

-- keep_all_1 keeps the events of a batch, in their order: as long as nothing has to
-- be moved, decided or looked at twice, all at once; from the first event on that
-- asks for more, one by one. What the rules ask of an event comes beside it once
-- more, by column, for that is read faster: its key, and what it means in bits
-- (1 asks, 2 over, 4 settles, 8 it names a clinician's call, 16 again, 32 shares,
-- 64 admitted at a load). What is answered stands in the events' order; changed are
-- the calls that have something new.
CREATE FUNCTION keep_all_1(incoming event_1[], ids text[], own_keys text[], legs text[], members text[], kepts bigint[],
  bits integer[], besides text[], consumers text[],
  OUT seqs bigint[], OUT keys_kept text[], OUT repeated boolean[], OUT recents integer[], OUT lives integer[], OUT changed text[])
LANGUAGE plpgsql AS $$
DECLARE
  total integer := cardinality(incoming);
  plain integer;        -- how many from the first on are kept at once
  numbers bigint[];     -- of the calls; NULL: a repetition
  fresh boolean[];      -- the call begins with it
  untold boolean[];     -- there is something to tell the call's row
  new_legs text[];      -- those of which nothing is known yet; NULL: none
  new_members text[];
  news integer;         -- how many of the plain ones are no repetitions
  some_fresh boolean;
  some_untold boolean;
  some_linked boolean;
  base bigint;
  one text;
  kept kept_1;
BEGIN
  SELECT l.seq INTO base FROM log_end l;
  SELECT array_agg(r.number), array_agg(r.key), array_agg(r.fresh), array_agg(r.number IS NULL), array_agg(r.untold),
      array_agg(coalesce(r.old, base + r.i)), array_agg(r.new_leg), array_agg(r.new_member),
      coalesce(min(r.i) FILTER (WHERE r.special), total + 1) - 1, bool_or(r.fresh), bool_or(r.untold),
      bool_or(r.new_leg IS NOT NULL OR r.new_member IS NOT NULL)
    INTO numbers, keys_kept, fresh, repeated, untold, seqs, new_legs, new_members, plain, some_fresh, some_untold, some_linked
  FROM (
    SELECT u.i, old.seq AS old, c.number IS NULL AS fresh, coalesce(c.key, u.own_key) AS key,
      CASE WHEN c.number IS NULL THEN nextval('calls_number') WHEN old.seq IS NULL THEN c.number END AS number,
      old.seq IS NULL AND c.number IS NOT NULL AND NOT (c.heard AND (c.over OR u.bits & 2 = 0)
        AND (c.look IS NOT NULL OR u.bits & 8 = 0) AND (c.look = 0 OR u.bits & 4 = 0) IS TRUE) AS untold,
      CASE WHEN old.seq IS NULL AND lk.call IS NULL AND u.leg <> coalesce(c.key, u.own_key) THEN u.leg END AS new_leg,
      CASE WHEN old.seq IS NULL AND mk.call IS NULL AND u.member <> coalesce(c.key, u.own_key) THEN u.member END AS new_member,
      old.seq IS NULL AND (u.bits & 80 > 0 OR u.bits & 1 > 0 AND c.number IS NOT NULL
        OR u.bits & 32 > 0 AND (c.number IS NULL OR u.leg IS NOT NULL AND lk.call IS NULL OR u.member IS NOT NULL AND mk.call IS NULL)
        OR coalesce(l.key = u.leg AND l.clinician IS NULL, false)
        OR coalesce(m.key = u.member AND m.clinician IS NULL, false)) AS special
    FROM (SELECT x.i, x.id, x.own_key, nullif(nullif(x.leg, ''), x.own_key) AS leg, nullif(nullif(x.member, ''), x.own_key) AS member, x.bits
        FROM unnest(ids, own_keys, legs, members, bits) WITH ORDINALITY x (id, own_key, leg, member, bits, i)) u
      LEFT JOIN keys ck ON ck.key = u.own_key LEFT JOIN calls c ON c.number = ck.call
      LEFT JOIN events old ON old.call = ck.call AND old.id = u.id
      LEFT JOIN keys lk ON lk.key = u.leg
      LEFT JOIN calls l ON l.number = CASE WHEN lk.call IS DISTINCT FROM ck.call THEN lk.call END
      LEFT JOIN keys mk ON mk.key = u.member
      LEFT JOIN calls m ON m.number = CASE WHEN mk.call IS DISTINCT FROM ck.call THEN mk.call END
    ORDER BY u.i
  ) r;
  news := cardinality(array_remove(numbers[1:plain], NULL));
  IF news < plain THEN
    seqs := ARRAY(SELECT CASE WHEN x.number IS NULL THEN x.old ELSE base + count(x.number) OVER (ORDER BY x.i) END
      FROM unnest(seqs, numbers) WITH ORDINALITY x (old, number, i) ORDER BY x.i);
  END IF;

  IF some_fresh THEN
    INSERT INTO calls (number, key, clinician, patient, begun, heard, over, look)
      SELECT numbers[i], own_keys[i], e.clinician, e.patient, e.begun, bits[i] & 1 = 0, bits[i] & 2 > 0,
        CASE WHEN bits[i] & 4 > 0 THEN 0 WHEN bits[i] & 8 > 0 THEN kepts[i] + 180000000 END
      FROM generate_series(1, plain) i, LATERAL (SELECT
        CASE WHEN bits[i] & 1 > 0 THEN (incoming[i]).clinician END AS clinician,
        CASE WHEN bits[i] & 1 > 0 THEN (incoming[i]).patient ELSE '' END AS patient,
        CASE WHEN bits[i] & 1 > 0 THEN kepts[i] END AS begun) e
      WHERE fresh[i];
  END IF;
  IF some_fresh OR some_linked THEN
    -- A leg and the member's leg of one event are often the same.
    INSERT INTO keys (key, call)
      SELECT own_keys[i], numbers[i] FROM generate_series(1, plain) i WHERE fresh[i]
      UNION SELECT new_legs[i], numbers[i] FROM generate_series(1, plain) i WHERE new_legs[i] IS NOT NULL
      UNION SELECT new_members[i], numbers[i] FROM generate_series(1, plain) i WHERE new_members[i] IS NOT NULL;
  END IF;
  INSERT INTO events (seq, call, id, leg, kind, at, kept, place, status, word, direction,
      member_leg, appointment, seconds, answered_by, recording, request, report, trace)
    SELECT x.new_seq, x.number, x.id, x.leg, x.kind, x.at, x.kept, x.place, x.status, x.word, x.direction,
      x.member_leg, x.appointment, x.seconds, x.answered_by, x.recording, x.request, x.report, x.trace
    FROM unnest(incoming[1:plain], numbers[1:plain], seqs[1:plain]) x (id, call, leg, kind, at, kept, place, status, word,
      direction, member_leg, appointment, seconds, answered_by, recording, request, report, trace, asks, over, settles,
      clinician, patient, besides, recent, live, again, shares, number, new_seq)
    WHERE x.number IS NOT NULL;
  IF news > 0 THEN
    UPDATE log_end SET seq = base + news;
    FOREACH one IN ARRAY consumers LOOP
      INSERT INTO deliveries (call, consumer, seq, due)
        SELECT x.number, one, x.new_seq, CASE WHEN array_position(numbers, x.number) = x.i -- the first of its call in the batch
          AND (SELECT p.seq FROM deliveries p WHERE p.call = x.number AND p.consumer = one LIMIT 1) IS NULL THEN x.kept END
        FROM unnest(numbers[1:plain], seqs[1:plain], kepts[1:plain]) WITH ORDINALITY x (number, new_seq, kept, i)
        WHERE x.number IS NOT NULL;
    END LOOP;
  END IF;
  IF news > 0 AND array_to_string(besides, '') <> '' THEN
    FOR one IN SELECT DISTINCT x.besides FROM unnest(besides[1:plain], numbers[1:plain]) x (besides, number)
        WHERE x.besides <> '' AND x.number IS NOT NULL LOOP
      INSERT INTO deliveries (call, consumer, seq)
        SELECT x.number, one, x.new_seq FROM unnest(numbers[1:plain], seqs[1:plain], besides[1:plain]) x (number, new_seq, besides)
        WHERE x.number IS NOT NULL AND x.besides = one ON CONFLICT DO NOTHING;
      PERFORM promote_1(numbers[1:plain], array_fill(one, ARRAY[plain]));
    END LOOP;
  END IF;
  IF some_untold THEN
    UPDATE calls c SET heard = true, over = c.over OR x.over, look = CASE WHEN x.settles THEN 0 WHEN NOT x.looked THEN c.look
        ELSE coalesce(c.look, (SELECT min(f.kept) FROM events f WHERE f.call = x.number) + 180000000) END
      FROM (SELECT numbers[i] AS number, bool_or(bits[i] & 2 > 0) AS over, bool_or(bits[i] & 4 > 0) AS settles, bool_or(bits[i] & 8 > 0) AS looked
        FROM generate_series(1, plain) i WHERE untold[i] GROUP BY numbers[i]) x
      WHERE c.number = x.number;
  END IF;
  IF news = plain THEN
    changed := keys_kept[1:plain];
  ELSE
    changed := ARRAY(SELECT x.key FROM unnest(keys_kept[1:plain], numbers[1:plain]) x (key, number) WHERE x.number IS NOT NULL);
  END IF;
  recents := array_fill(0, ARRAY[total]); lives := recents;

  FOR i IN plain + 1 .. total LOOP
    kept := keep_1(incoming[i], consumers);
    seqs[i] := kept.seq; keys_kept[i] := kept.call; repeated[i] := kept.repeated;
    recents[i] := kept.recent; lives[i] := kept.live;
    IF kept.moved OR NOT kept.repeated AND kept.seq > 0 THEN
      changed := changed || kept.call;
    END IF;
  END LOOP;
END $$;

-- end_1 takes deliveries out of their queues; those behind them are due at once.
-- It asks the log for the call, which another may have joined since.
CREATE FUNCTION end_1(consumers text[], places bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  of_calls bigint[];
  of_consumers text[];
BEGIN
  WITH gone AS (DELETE FROM deliveries d USING unnest(consumers, places) u (consumer, seq), events e
      WHERE e.seq = u.seq AND d.call = e.call AND d.consumer = u.consumer AND d.seq = u.seq RETURNING d.call, d.consumer)
    SELECT array_agg(g.call), array_agg(g.consumer) INTO of_calls, of_consumers FROM gone g;
  PERFORM promote_1(of_calls, of_consumers);
END $$;

-- bury_1 is end_1, with the deliveries kept among the dead letters.
CREATE FUNCTION bury_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  of_calls bigint[];
  of_consumers text[];
BEGIN
  WITH gone AS (DELETE FROM deliveries d USING unnest(consumers, places) u (consumer, seq), events e
      WHERE e.seq = u.seq AND d.call = e.call AND d.consumer = u.consumer AND d.seq = u.seq
      RETURNING d.call, d.consumer, d.seq),
    dead AS (INSERT INTO dead_letters (consumer, seq, attempts, buried, cause)
      SELECT DISTINCT ON (u.seq, u.consumer) u.consumer, u.seq, u.attempts, u.buried, u.cause
      FROM unnest(consumers, places, tries, at_times, causes) u (consumer, seq, attempts, buried, cause)
        JOIN gone g ON g.consumer = u.consumer AND g.seq = u.seq
      ON CONFLICT (seq, consumer) DO NOTHING)
    SELECT array_agg(g.call), array_agg(g.consumer) INTO of_calls, of_consumers FROM gone g;
  PERFORM promote_1(of_calls, of_consumers);
END $$;

-- retry_1 counts failed attempts and puts the deliveries off. One that was counted
-- later already stays as it is: this may be a batch of which nobody knew whether
-- it was kept, repeated.
CREATE FUNCTION retry_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE deliveries d SET attempts = u.attempts, cause = u.cause, due = CASE WHEN d.due IS NULL THEN NULL ELSE u.at END
  FROM unnest(consumers, places, tries, at_times, causes) u (consumer, seq, attempts, at, cause), events e
  WHERE e.seq = u.seq AND d.call = e.call AND d.consumer = u.consumer AND d.seq = u.seq AND d.attempts <= u.attempts;
END $$;

-- file_1 saves filings; one that is further along is left as it is. It answers
-- whose key turned out to be another's leg.
CREATE FUNCTION file_1(of_keys text[], ids text[], versions text[], places bigint[], tried boolean[], doubted boolean[])
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
    ON CONFLICT (call) DO UPDATE SET id = excluded.id, version = excluded.version, seq = excluded.seq,
      tried = excluded.tried, doubted = excluded.doubted
    WHERE f.seq <= excluded.seq;
  RETURN ARRAY(SELECT c.key <> u.key FROM unnest(of_keys) WITH ORDINALITY u (key, i)
    JOIN keys k ON k.key = u.key JOIN calls c ON c.number = k.call ORDER BY u.i);
END $$;

-- write_1 is one batch. It ends the transaction itself, so that the log's lock is
-- given back before the answer leaves for the program.
CREATE PROCEDURE write_1(teller text, consumers text[], incoming event_1[],
  ids text[], own_keys text[], legs text[], members text[], kepts bigint[], bits integer[], besides text[],
  done_consumers text[], done_places bigint[],
  retry_consumers text[], retry_places bigint[], retry_tries integer[], retry_times bigint[], retry_causes text[],
  bury_consumers text[], bury_places bigint[], bury_tries integer[], bury_times bigint[], bury_causes text[],
  file_keys text[], file_ids text[], file_versions text[], file_places bigint[], file_tried boolean[], file_doubted boolean[],
  INOUT seqs bigint[], INOUT keys_kept text[], INOUT repeated boolean[], INOUT recents integer[], INOUT lives integer[],
  INOUT changed text[], INOUT elsewhere boolean[])
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  IF cardinality(incoming) > 0 THEN
    SELECT k.* INTO seqs, keys_kept, repeated, recents, lives, changed 
      FROM keep_all_1(incoming, ids, own_keys, legs, members, kepts, bits, besides, consumers) k;
    PERFORM tell_1(teller, changed);
  END IF;
  IF cardinality(done_places) > 0 THEN
    PERFORM end_1(done_consumers, done_places);
  END IF;
  IF cardinality(retry_places) > 0 THEN
    PERFORM retry_1(retry_consumers, retry_places, retry_tries, retry_times, retry_causes);
  END IF;
  IF cardinality(bury_places) > 0 THEN
    PERFORM bury_1(bury_consumers, bury_places, bury_tries, bury_times, bury_causes);
  END IF;
  IF cardinality(file_keys) > 0 THEN
    elsewhere := file_1(file_keys, file_ids, file_versions, file_places, file_tried, file_doubted);
  END IF;
  COMMIT;
END $$;
