--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: event_1; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.event_1 AS (
	id text,
	call text,
	leg text,
	kind text,
	at bigint,
	kept bigint,
	place bigint,
	status text,
	word text,
	direction text,
	member_leg text,
	appointment text,
	seconds bigint,
	answered_by text,
	recording text,
	request text,
	report bytea,
	trace text,
	asks boolean,
	over boolean,
	settles boolean,
	clinician text,
	patient text,
	besides text,
	recent integer,
	live integer,
	again boolean,
	shares boolean
);


--
-- Name: kept_1; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.kept_1 AS (
	seq bigint,
	call text,
	repeated boolean,
	recent integer,
	live integer,
	moved boolean
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: calls; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.calls (
    number bigint NOT NULL,
    key text NOT NULL,
    clinician text,
    patient text DEFAULT ''::text NOT NULL,
    begun bigint,
    heard boolean NOT NULL,
    over boolean NOT NULL,
    look bigint,
    joined bigint
)
WITH (fillfactor='80');


--
-- Name: begin_1(public.event_1, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.begin_1(e public.event_1, new_key text) RETURNS public.calls
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: bury_1(text[], bigint[], integer[], bigint[], text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.bury_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: discard_1(text, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.discard_1(whose text, of_place bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM dead_letters d WHERE d.consumer = whose AND d.seq = of_place;
  RETURN FOUND;
END $$;


--
-- Name: drop_stray_1(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.drop_stray_1(of_place bigint) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM strays s WHERE s.seq = of_place;
  RETURN FOUND;
END $$;


--
-- Name: end_1(text[], bigint[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.end_1(consumers text[], places bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  of_calls bigint[];
  of_consumers text[];
BEGIN
  WITH gone AS (DELETE FROM deliveries d USING unnest(consumers, places) u (consumer, seq), events e
      WHERE e.seq = u.seq AND d.call = e.call AND d.consumer = u.consumer AND d.seq = u.seq RETURNING d.call, d.consumer)
    SELECT array_agg(g.call), array_agg(g.consumer) INTO of_calls, of_consumers FROM gone g;
  PERFORM promote_1(of_calls, of_consumers);
END $$;


--
-- Name: erase_1(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.erase_1(own_key text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
  target bigint;
BEGIN
  PERFORM lock_log_1();
  target := own_call_1(own_key);
  IF target IS NULL THEN
    RETURN false;
  END IF;
  PERFORM forget_1(target);
  RETURN true;
END $$;


--
-- Name: file_1(text[], text[], text[], bigint[], boolean[], boolean[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.file_1(of_keys text[], ids text[], versions text[], places bigint[], tried boolean[], doubted boolean[]) RETURNS boolean[]
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: forget_1(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.forget_1(target bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
  numbers bigint[] := ARRAY(SELECT c.number FROM calls c WHERE c.number = target OR c.joined = target);
  places bigint[] := ARRAY(SELECT e.seq FROM events e WHERE e.call = ANY (numbers));
BEGIN
  DELETE FROM deliveries d WHERE d.call = ANY (numbers);
  DELETE FROM dead_letters d WHERE d.seq = ANY (places);
  DELETE FROM events e WHERE e.call = ANY (numbers);
  DELETE FROM keys k WHERE k.call = ANY (numbers);
  DELETE FROM filings f WHERE f.call = ANY (numbers);
  DELETE FROM calls c WHERE c.number = ANY (numbers);
END $$;


--
-- Name: hear_1(public.event_1, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.hear_1(e public.event_1, of_call bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: insert_1(public.event_1, bigint, text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.insert_1(e public.event_1, of_call bigint, consumers text[]) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: keep_1(public.event_1, text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.keep_1(e public.event_1, consumers text[]) RETURNS public.kept_1
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: keep_all_1(public.event_1[], text[], text[], text[], text[], bigint[], integer[], text[], text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.keep_all_1(incoming public.event_1[], ids text[], own_keys text[], legs text[], members text[], kepts bigint[], bits integer[], besides text[], consumers text[], OUT seqs bigint[], OUT keys_kept text[], OUT repeated boolean[], OUT recents integer[], OUT lives integer[], OUT changed text[]) RETURNS record
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: keep_stray_1(text, text, bytea, text, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.keep_stray_1(new_id text, with_attributes text, content bytea, reason text, at_time bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  IF NOT EXISTS (SELECT FROM strays s WHERE s.id = new_id) THEN
    INSERT INTO strays (seq, id, attributes, data, why, kept)
      VALUES (nextval('strays_seq'), new_id, with_attributes, content, reason, at_time);
  END IF;
END $$;


--
-- Name: line_up_1(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.line_up_1(of_call bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE deliveries d SET due = CASE WHEN d.seq = h.seq THEN e.kept END
  FROM (SELECT f.consumer, min(f.seq) AS seq FROM deliveries f WHERE f.call = of_call GROUP BY f.consumer) h, events e
  WHERE d.call = of_call AND d.consumer = h.consumer AND e.seq = d.seq AND (d.due IS NULL) = (d.seq = h.seq);
END $$;


--
-- Name: link_1(text, bigint, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.link_1(leg_key text, to_call bigint, call_key text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: load_1(text, bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.load_1(whose text, at_time bigint, except_call bigint, OUT recent integer, OUT live integer) RETURNS record
    LANGUAGE sql STABLE
    AS $$
  SELECT (count(*) FILTER (WHERE c.begun > at_time - 60000000))::integer,
    (count(*) FILTER (WHERE NOT c.over AND (c.heard OR c.begun > at_time - 180000000)))::integer
  FROM calls c WHERE c.clinician = whose AND c.begun > at_time - 14400000000 AND c.number <> except_call
$$;


--
-- Name: lock_log_1(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.lock_log_1() RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1667330661, 'log_end'::regclass::oid::integer);
END $$;


--
-- Name: look_again_1(text, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.look_again_1(own_key text, at_time bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  UPDATE calls SET look = at_time WHERE number = own_call_1(own_key) AND look > 0;
END $$;


--
-- Name: move_1(bigint, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.move_1(of_leg bigint, to_call bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: own_call_1(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.own_call_1(own_key text) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
  SELECT c.number FROM keys k JOIN calls c ON c.number = k.call WHERE k.key = own_key AND c.key = k.key
$$;


--
-- Name: place_1(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.place_1(at_time bigint) RETURNS bigint
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
  low bigint := 0;  -- what stands up to here is older
  high bigint;      -- what stands after it is not
  half bigint;
  found_seq bigint;
  found_kept bigint;
BEGIN
  SELECT l.seq INTO high FROM log_end l;
  WHILE low < high LOOP
    half := (low + high) / 2;
    SELECT e.seq, e.kept INTO found_seq, found_kept FROM events e WHERE e.seq > half ORDER BY e.seq LIMIT 1;
    IF found_kept < at_time THEN
      low := found_seq;
    ELSE
      high := half; -- also where nothing stands any more
    END IF;
  END LOOP;
  -- What was forgotten need not be looked through.
  RETURN coalesce((SELECT e.seq - 1 FROM events e WHERE e.seq > low ORDER BY e.seq LIMIT 1), low);
END $$;


--
-- Name: promote_1(bigint[], text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.promote_1(of_calls bigint[], of_consumers text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE deliveries d SET due = e.kept
  FROM (SELECT DISTINCT q.call, q.consumer FROM unnest(of_calls, of_consumers) q (call, consumer)) q
    CROSS JOIN LATERAL (SELECT f.seq, f.due FROM deliveries f
      WHERE f.call = q.call AND f.consumer = q.consumer ORDER BY f.seq LIMIT 1) h
    JOIN events e ON e.seq = h.seq
  WHERE h.due IS NULL AND d.call = q.call AND d.consumer = q.consumer AND d.seq = h.seq;
END $$;


--
-- Name: purge_1(bigint[], bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_1(numbers bigint[], before_time bigint) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
  target bigint;
  forgotten integer := 0;
BEGIN
  PERFORM lock_log_1();
  FOREACH target IN ARRAY numbers LOOP
    CONTINUE WHEN EXISTS (SELECT FROM events e WHERE e.call = target AND e.kept >= before_time)
      OR NOT EXISTS (SELECT FROM calls c WHERE c.number = target);
    PERFORM forget_1(target);
    forgotten := forgotten + 1;
  END LOOP;
  RETURN forgotten;
END $$;


--
-- Name: purge_strays_1(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_strays_1(before_time bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM strays s WHERE s.kept < before_time;
END $$;


--
-- Name: refile_1(text, text, text, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refile_1(teller text, whose text, own_key text, all_of_it boolean) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
  target bigint;
  last bigint;
  start bigint;
BEGIN
  PERFORM lock_log_1();
  target := own_call_1(own_key);
  SELECT max(e.seq), CASE WHEN all_of_it THEN min(e.seq) ELSE max(e.seq) END INTO last, start FROM events e WHERE e.call = target;
  IF last IS NULL THEN
    RETURN false;
  END IF;
  DELETE FROM dead_letters d USING events e WHERE e.call = target AND e.seq >= start AND d.seq = e.seq AND d.consumer = whose;
  INSERT INTO deliveries AS d (call, consumer, seq) SELECT target, whose, e.seq FROM events e WHERE e.call = target AND e.seq >= start
    ON CONFLICT (call, consumer, seq) DO UPDATE SET attempts = 0, cause = '';
  UPDATE deliveries SET due = NULL WHERE call = target AND consumer = whose AND due IS NOT NULL;
  PERFORM line_up_1(target);
  IF all_of_it THEN
    INSERT INTO filings (call, id, version, seq, tried, doubted) VALUES (target, '', '', 0, true, false)
      ON CONFLICT (call) DO UPDATE SET id = '', version = '', seq = 0, tried = true, doubted = false;
  ELSE
    UPDATE filings SET seq = last - 1 WHERE call = target AND seq >= last;
  END IF;
  PERFORM tell_1(teller, ARRAY[own_key]);
  RETURN true;
END $$;


--
-- Name: retry_1(text[], bigint[], integer[], bigint[], text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.retry_1(consumers text[], places bigint[], tries integer[], at_times bigint[], causes text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
  UPDATE deliveries d SET attempts = u.attempts, cause = u.cause, due = CASE WHEN d.due IS NULL THEN NULL ELSE u.at END
  FROM unnest(consumers, places, tries, at_times, causes) u (consumer, seq, attempts, at, cause), events e
  WHERE e.seq = u.seq AND d.call = e.call AND d.consumer = u.consumer AND d.seq = u.seq AND d.attempts <= u.attempts;
END $$;


--
-- Name: revive_1(text, text, bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.revive_1(teller text, whose text, of_place bigint) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE
  target calls;
BEGIN
  PERFORM lock_log_1();
  DELETE FROM dead_letters d WHERE d.consumer = whose AND d.seq = of_place;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  SELECT c.* INTO target FROM events e JOIN calls c ON c.number = e.call WHERE e.seq = of_place;
  INSERT INTO deliveries (call, consumer, seq) VALUES (target.number, whose, of_place) ON CONFLICT DO NOTHING;
  PERFORM line_up_1(target.number);
  PERFORM tell_1(teller, ARRAY[target.key]);
  RETURN target.key;
END $$;


--
-- Name: tell_1(text, text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.tell_1(teller text, changed text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: write_1(text, text[], public.event_1[], text[], text[], text[], text[], bigint[], integer[], text[], text[], bigint[], text[], bigint[], integer[], bigint[], text[], text[], bigint[], integer[], bigint[], text[], text[], text[], text[], bigint[], boolean[], boolean[], bigint[], text[], boolean[], integer[], integer[], text[], boolean[]); Type: PROCEDURE; Schema: public; Owner: -
--

CREATE PROCEDURE public.write_1(IN teller text, IN consumers text[], IN incoming public.event_1[], IN ids text[], IN own_keys text[], IN legs text[], IN members text[], IN kepts bigint[], IN bits integer[], IN besides text[], IN done_consumers text[], IN done_places bigint[], IN retry_consumers text[], IN retry_places bigint[], IN retry_tries integer[], IN retry_times bigint[], IN retry_causes text[], IN bury_consumers text[], IN bury_places bigint[], IN bury_tries integer[], IN bury_times bigint[], IN bury_causes text[], IN file_keys text[], IN file_ids text[], IN file_versions text[], IN file_places bigint[], IN file_tried boolean[], IN file_doubted boolean[], INOUT seqs bigint[], INOUT keys_kept text[], INOUT repeated boolean[], INOUT recents integer[], INOUT lives integer[], INOUT changed text[], INOUT elsewhere boolean[])
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: write_2(text, text[], public.event_1[], text[], text[], text[], text[], bigint[], integer[], text[], text[], text[], bigint[], text[], bigint[], integer[], bigint[], text[], text[], bigint[], integer[], bigint[], text[], text[], text[], text[], bigint[], boolean[], boolean[], bigint, bigint[], text[], boolean[], integer[], integer[], text[], boolean[], boolean); Type: PROCEDURE; Schema: public; Owner: -
--

CREATE PROCEDURE public.write_2(IN teller text, IN consumers text[], IN incoming public.event_1[], IN ids text[], IN own_keys text[], IN legs text[], IN members text[], IN kepts bigint[], IN bits integer[], IN besides text[], IN facts_of text[], IN done_consumers text[], IN done_places bigint[], IN retry_consumers text[], IN retry_places bigint[], IN retry_tries integer[], IN retry_times bigint[], IN retry_causes text[], IN bury_consumers text[], IN bury_places bigint[], IN bury_tries integer[], IN bury_times bigint[], IN bury_causes text[], IN file_keys text[], IN file_ids text[], IN file_versions text[], IN file_places bigint[], IN file_tried boolean[], IN file_doubted boolean[], IN session bigint, INOUT seqs bigint[], INOUT keys_kept text[], INOUT repeated boolean[], INOUT recents integer[], INOUT lives integer[], INOUT changed text[], INOUT elsewhere boolean[], INOUT lost boolean)
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM lock_log_1();
  IF cardinality(incoming) > 0 THEN
    SELECT k.* INTO seqs, keys_kept, repeated, recents, lives, changed
      FROM keep_all_1(incoming, ids, own_keys, legs, members, kepts, bits, besides, consumers) k;
    IF array_to_string(facts_of, '') <> '' THEN
      UPDATE events e SET facts = u.facts
      FROM unnest(seqs, repeated, facts_of) u (seq, again, facts)
      WHERE e.seq = u.seq AND NOT u.again AND u.facts <> '';
    END IF;
    PERFORM tell_1(teller, changed);
  END IF;
  lost := session <> 0 AND pg_try_advisory_xact_lock_shared(session);
  IF NOT lost AND cardinality(done_places) > 0 THEN
    PERFORM end_1(done_consumers, done_places);
  END IF;
  IF NOT lost AND cardinality(retry_places) > 0 THEN
    PERFORM retry_1(retry_consumers, retry_places, retry_tries, retry_times, retry_causes);
  END IF;
  IF NOT lost AND cardinality(bury_places) > 0 THEN
    PERFORM bury_1(bury_consumers, bury_places, bury_tries, bury_times, bury_causes);
  END IF;
  IF NOT lost AND cardinality(file_keys) > 0 THEN
    elsewhere := file_1(file_keys, file_ids, file_versions, file_places, file_tried, file_doubted);
  END IF;
  COMMIT;
END $$;


--
-- Name: calls_number; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.calls_number
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: calls_number; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.calls_number OWNED BY public.calls.number;


--
-- Name: careline_schema; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.careline_schema (
    version integer NOT NULL
);


--
-- Name: careline_serves; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.careline_serves (
    oldest integer NOT NULL
);


--
-- Name: dead_letters; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.dead_letters (
    consumer text NOT NULL,
    seq bigint NOT NULL,
    attempts integer NOT NULL,
    buried bigint NOT NULL,
    cause text NOT NULL
);


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    call bigint NOT NULL,
    consumer text NOT NULL,
    seq bigint NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due bigint,
    cause text DEFAULT ''::text NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='2000');


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    seq bigint NOT NULL,
    call bigint NOT NULL,
    id text NOT NULL,
    leg text NOT NULL,
    kind text NOT NULL,
    at bigint,
    kept bigint NOT NULL,
    place bigint NOT NULL,
    status text NOT NULL,
    word text NOT NULL,
    direction text NOT NULL,
    member_leg text NOT NULL,
    appointment text NOT NULL,
    seconds bigint,
    answered_by text NOT NULL,
    recording text NOT NULL,
    request text NOT NULL,
    report bytea,
    trace text NOT NULL,
    facts text
);


--
-- Name: filings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.filings (
    call bigint NOT NULL,
    id text NOT NULL,
    version text NOT NULL,
    seq bigint NOT NULL,
    tried boolean NOT NULL,
    doubted boolean NOT NULL
)
WITH (fillfactor='80');


--
-- Name: keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.keys (
    key text NOT NULL,
    call bigint NOT NULL
);


--
-- Name: log_end; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.log_end (
    seq bigint NOT NULL
)
WITH (fillfactor='10');


--
-- Name: strays; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.strays (
    seq bigint NOT NULL,
    id text NOT NULL,
    attributes text NOT NULL,
    data bytea,
    why text NOT NULL,
    kept bigint NOT NULL
);


--
-- Name: strays_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.strays_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: strays_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.strays_seq OWNED BY public.strays.seq;


--
-- Name: calls number; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls ALTER COLUMN number SET DEFAULT nextval('public.calls_number'::regclass);


--
-- Data for Name: calls; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.calls VALUES (2, 'CB00000000000000000000000000000001', NULL, '', NULL, true, false, NULL, 1);
INSERT INTO public.calls VALUES (1, 'CA00000000000000000000000000000001', 'prac-1', 'Patient/pat-1', 1795424400137000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (3, 'CA00000000000000000000000000000002', 'prac-1', 'Patient/pat-1', 1795424401096000, false, true, 0, NULL);
INSERT INTO public.calls VALUES (4, 'CA00000000000000000000000000000003', 'prac-1', 'Patient/pat-1', 1795424401233000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (5, 'CA00000000000000000000000000000004', 'prac-1', 'Patient/pat-1', 1795424401644000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (6, 'CA00000000000000000000000000000005', 'prac-1', 'Patient/pat-1', 1795424402192000, true, false, 1795424582192000, NULL);
INSERT INTO public.calls VALUES (7, 'CA00000000000000000000000000000006', 'prac-1', 'Patient/pat-1', 1795424402603000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (8, 'CA00000000000000000000000000000007', 'prac-1', 'Patient/pat-1', 1795424403288000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (9, 'CA00000000000000000000000000000008', 'prac-1', 'Patient/pat-1', 1795424403699000, true, true, 1795424583699000, NULL);
INSERT INTO public.calls VALUES (10, 'CA00000000000000000000000000000009', 'prac-1', 'Patient/pat-1', 1795424404110000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (11, 'CB00000000000000000000000000000010', NULL, '', NULL, true, false, NULL, NULL);
INSERT INTO public.calls VALUES (12, 'CA00000000000000000000000000000011', 'prac-1', 'Patient/pat-1', 1795424404658000, true, true, 0, NULL);
INSERT INTO public.calls VALUES (13, 'CA00000000000000000000000000000012', 'prac-1', 'Patient/pat-1', 1795424405206000, true, false, 1795424585206000, NULL);
INSERT INTO public.calls VALUES (14, 'CA00000000000000000000000000000013', NULL, '', NULL, true, false, NULL, NULL);
INSERT INTO public.calls VALUES (16, 'CA00000000000000000000000000000015', 'prac-1', 'Patient/pat-1', 1795424405754000, true, false, 1795425605891000, NULL);
INSERT INTO public.calls VALUES (17, 'CA00000000000000000000000000000016', 'prac-1', 'Patient/pat-1', 1795424406028000, true, false, 1795424586028000, NULL);
INSERT INTO public.calls VALUES (18, 'CB00000000000000000000000000000016', NULL, '', NULL, true, false, NULL, 17);


--
-- Data for Name: careline_schema; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.careline_schema VALUES (4);


--
-- Data for Name: careline_serves; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.careline_serves VALUES (1);


--
-- Data for Name: dead_letters; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.dead_letters VALUES ('chart', 19, 1, 1795424403014000, 'the record says no');
INSERT INTO public.dead_letters VALUES ('chart', 21, 1, 1795424403151000, 'the record says no again');


--
-- Data for Name: deliveries; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deliveries VALUES (4, 'chart', 11, 1, 1795426201507000, 'the record is away');
INSERT INTO public.deliveries VALUES (5, 'chart', 12, 0, 1795424401644000, '');
INSERT INTO public.deliveries VALUES (5, 'chart', 13, 0, NULL, '');
INSERT INTO public.deliveries VALUES (5, 'chart', 14, 0, NULL, '');
INSERT INTO public.deliveries VALUES (5, 'chart', 15, 0, NULL, '');
INSERT INTO public.deliveries VALUES (6, 'chart', 17, 0, NULL, '');
INSERT INTO public.deliveries VALUES (6, 'chart', 18, 0, NULL, '');
INSERT INTO public.deliveries VALUES (6, 'chart', 16, 2, 1795424462466000, 'a second try');
INSERT INTO public.deliveries VALUES (8, 'chart', 22, 0, 1795424403288000, '');
INSERT INTO public.deliveries VALUES (8, 'chart', 23, 0, NULL, '');
INSERT INTO public.deliveries VALUES (8, 'chart', 24, 0, NULL, '');
INSERT INTO public.deliveries VALUES (10, 'chart', 30, 0, NULL, '');
INSERT INTO public.deliveries VALUES (10, 'pubsub', 30, 0, 1795424404384000, '');
INSERT INTO public.deliveries VALUES (10, 'chart', 29, 0, 1795424404247000, '');
INSERT INTO public.deliveries VALUES (11, 'chart', 31, 0, 1795424404521000, '');
INSERT INTO public.deliveries VALUES (12, 'chart', 34, 0, NULL, '');
INSERT INTO public.deliveries VALUES (12, 'chart', 32, 0, 1795424404658000, '');
INSERT INTO public.deliveries VALUES (13, 'chart', 36, 0, NULL, '');
INSERT INTO public.deliveries VALUES (13, 'chart', 35, 0, 1795424405206000, '');
INSERT INTO public.deliveries VALUES (14, 'chart', 37, 0, 1795424405480000, '');
INSERT INTO public.deliveries VALUES (16, 'chart', 39, 0, 1795424405754000, '');
INSERT INTO public.deliveries VALUES (16, 'chart', 40, 0, NULL, '');
INSERT INTO public.deliveries VALUES (17, 'chart', 41, 0, 1795424406028000, '');
INSERT INTO public.deliveries VALUES (17, 'chart', 42, 0, NULL, '');
INSERT INTO public.deliveries VALUES (17, 'chart', 43, 0, NULL, '');


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES (1, 1, 'CA00000000000000000000000000000001/request', 'CA00000000000000000000000000000001', 'requested', 1795424400000000, 1795424400137000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303031222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (2, 1, 'CB00000000000000000000000000000001/amd', 'CB00000000000000000000000000000001', 'machine-detection', NULL, 1795424400274000, 0, '', '', '', '', '', NULL, 'human', '', '', '\x7b22416e7377657265644279223a2268756d616e222c224d616368696e65446574656374696f6e4475726174696f6e223a2232313030227d', '', NULL);
INSERT INTO public.events VALUES (3, 1, 'CB00000000000000000000000000000001/0/initiated', 'CB00000000000000000000000000000001', 'progress', 1795424400000000, 1795424400411000, 0, 'initiated', 'initiated', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303031222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303031222c2243616c6c537461747573223a22696e69746961746564222c2253657175656e63654e756d626572223a2230227d', '', NULL);
INSERT INTO public.events VALUES (4, 1, 'CB00000000000000000000000000000001/1/ringing', 'CB00000000000000000000000000000001', 'progress', 1795424400000000, 1795424400548000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303031222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303031222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (5, 1, 'CB00000000000000000000000000000001/2/in-progress', 'CB00000000000000000000000000000001', 'progress', 1795424400000000, 1795424400685000, 2, 'in-progress', 'in-progress', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303031222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303031222c2243616c6c537461747573223a22696e2d70726f6772657373222c2253657175656e63654e756d626572223a2232227d', '', NULL);
INSERT INTO public.events VALUES (6, 1, 'CA00000000000000000000000000000001/dial/completed', 'CA00000000000000000000000000000001', 'dial-ended', 1795424400000000, 1795424400822000, 0, 'completed', 'completed', '', 'CB00000000000000000000000000000001', '', 12, '', '', '', '\x7b224469616c43616c6c537461747573223a22636f6d706c65746564227d', '', '{"endedBy":"member"}');
INSERT INTO public.events VALUES (7, 1, 'CB00000000000000000000000000000001/3/completed', 'CB00000000000000000000000000000001', 'progress', 1795424400000000, 1795424400959000, 3, 'completed', 'completed', 'outbound-dial', '', '', 12, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303031222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303031222c2243616c6c537461747573223a22636f6d706c65746564222c2253657175656e63654e756d626572223a2233227d', '', NULL);
INSERT INTO public.events VALUES (8, 3, 'CA00000000000000000000000000000002/request', 'CA00000000000000000000000000000002', 'refused', 1795424400959000, 1795424401096000, 0, 'refused', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","refusal":"too-many-calls-at-once"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303032222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (9, 4, 'CA00000000000000000000000000000003/request', 'CA00000000000000000000000000000003', 'requested', 1795424400959000, 1795424401233000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303033222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (10, 4, 'CB00000000000000000000000000000003/1/ringing', 'CB00000000000000000000000000000003', 'progress', 1795424400000000, 1795424401370000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303033222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303033222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (11, 4, 'CB00000000000000000000000000000003/2/busy', 'CB00000000000000000000000000000003', 'progress', 1795424400000000, 1795424401507000, 2, 'busy', 'busy', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303033222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303033222c2243616c6c537461747573223a2262757379222c2253657175656e63654e756d626572223a2232227d', '', '{"failure":{"code":31486,"sip":486}}');
INSERT INTO public.events VALUES (12, 5, 'CA00000000000000000000000000000004/request', 'CA00000000000000000000000000000004', 'requested', 1795424401507000, 1795424401644000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303034222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (13, 5, 'CB00000000000000000000000000000004/1/in-progress', 'CB00000000000000000000000000000004', 'progress', 1795424401000000, 1795424401781000, 1, 'in-progress', 'in-progress', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303034222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303034222c2243616c6c537461747573223a22696e2d70726f6772657373222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (14, 5, 'CB00000000000000000000000000000004/amd', 'CB00000000000000000000000000000004', 'machine-detection', NULL, 1795424401918000, 0, '', '', '', '', '', NULL, 'machine_start', '', '', '\x7b22416e7377657265644279223a226d616368696e655f7374617274222c224d616368696e65446574656374696f6e4475726174696f6e223a2232313030227d', '', NULL);
INSERT INTO public.events VALUES (15, 5, 'CB00000000000000000000000000000004/2/completed', 'CB00000000000000000000000000000004', 'progress', 1795424401000000, 1795424402055000, 2, 'completed', 'completed', 'outbound-dial', '', '', 12, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303034222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303034222c2243616c6c537461747573223a22636f6d706c65746564222c2253657175656e63654e756d626572223a2232227d', '', NULL);
INSERT INTO public.events VALUES (16, 6, 'CA00000000000000000000000000000005/request', 'CA00000000000000000000000000000005', 'requested', 1795424402055000, 1795424402192000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303035222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (17, 6, 'CB00000000000000000000000000000005/1/ringing', 'CB00000000000000000000000000000005', 'progress', 1795424402000000, 1795424402329000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303035222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303035222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (18, 6, 'CB00000000000000000000000000000005/2/in-progress', 'CB00000000000000000000000000000005', 'progress', 1795424402000000, 1795424402466000, 2, 'in-progress', 'in-progress', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303035222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303035222c2243616c6c537461747573223a22696e2d70726f6772657373222c2253657175656e63654e756d626572223a2232227d', '', NULL);
INSERT INTO public.events VALUES (19, 7, 'CA00000000000000000000000000000006/request', 'CA00000000000000000000000000000006', 'requested', 1795424402466000, 1795424402603000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303036222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (20, 7, 'CB00000000000000000000000000000006/1/ringing', 'CB00000000000000000000000000000006', 'progress', 1795424402000000, 1795424402740000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303036222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303036222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (21, 7, 'CB00000000000000000000000000000006/2/no-answer', 'CB00000000000000000000000000000006', 'progress', 1795424402000000, 1795424402877000, 2, 'no-answer', 'no-answer', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303036222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303036222c2243616c6c537461747573223a226e6f2d616e73776572222c2253657175656e63654e756d626572223a2232227d', '', NULL);
INSERT INTO public.events VALUES (22, 8, 'CA00000000000000000000000000000007/request', 'CA00000000000000000000000000000007', 'requested', 1795424403151000, 1795424403288000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303037222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (23, 8, 'CB00000000000000000000000000000007/1/initiated', 'CB00000000000000000000000000000007', 'progress', 1795424403000000, 1795424403425000, 1, 'initiated', 'initiated', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303037222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303037222c2243616c6c537461747573223a22696e69746961746564222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (24, 8, 'CB00000000000000000000000000000007/completed/reconciled', 'CB00000000000000000000000000000007', 'progress', 1795424403000000, 1795424403562000, 0, 'completed', 'completed', 'outbound-dial', '', '', 12, '', '', '', NULL, '', NULL);
INSERT INTO public.events VALUES (25, 9, 'CA00000000000000000000000000000008/request', 'CA00000000000000000000000000000008', 'requested', 1795424403562000, 1795424403699000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303038222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (26, 9, 'CB00000000000000000000000000000008/1/in-progress', 'CB00000000000000000000000000000008', 'progress', 1795424403000000, 1795424403836000, 1, 'in-progress', 'in-progress', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303038222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303038222c2243616c6c537461747573223a22696e2d70726f6772657373222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (27, 9, 'CA00000000000000000000000000000008/left', 'CA00000000000000000000000000000008', 'clinician-leg', 1795424403562000, 1795424403973000, 0, 'completed', 'completed', '', '', '', NULL, '', '', '', NULL, '', NULL);
INSERT INTO public.events VALUES (28, 10, 'CA00000000000000000000000000000009/request', 'CA00000000000000000000000000000009', 'requested', 1795424403973000, 1795424404110000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303039222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (29, 10, 'CB00000000000000000000000000000009/1/ringing', 'CB00000000000000000000000000000009', 'progress', 1795424403000000, 1795424404247000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303039222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303039222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (30, 10, 'CB00000000000000000000000000000009/2/canceled', 'CB00000000000000000000000000000009', 'progress', 1795424403000000, 1795424404384000, 2, 'canceled', 'canceled', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303039222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303039222c2243616c6c537461747573223a2263616e63656c6564222c2253657175656e63654e756d626572223a2232227d', '', NULL);
INSERT INTO public.events VALUES (31, 11, 'CB00000000000000000000000000000010/amd', 'CB00000000000000000000000000000010', 'machine-detection', NULL, 1795424404521000, 0, '', '', '', '', '', NULL, 'unknown', '', '', '\x7b22416e7377657265644279223a22756e6b6e6f776e222c224d616368696e65446574656374696f6e4475726174696f6e223a2232313030227d', '', NULL);
INSERT INTO public.events VALUES (32, 12, 'CA00000000000000000000000000000011/request', 'CA00000000000000000000000000000011', 'requested', 1795424404521000, 1795424404658000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303131222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (33, 12, 'CB00000000000000000000000000000011/1/ringing', 'CB00000000000000000000000000000011', 'progress', 1795424404000000, 1795424404795000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303131222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303131222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (34, 12, 'CB00000000000000000000000000000011/2/failed', 'CB00000000000000000000000000000011', 'progress', 1795424404000000, 1795424404932000, 2, 'failed', 'failed', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303131222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303131222c2243616c6c537461747573223a226661696c6564222c2253657175656e63654e756d626572223a2232227d', '', '{"failure":{"code":31486,"sip":486}}');
INSERT INTO public.events VALUES (35, 13, 'CA00000000000000000000000000000012/request', 'CA00000000000000000000000000000012', 'requested', 1795424405069000, 1795424405206000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303132222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (36, 13, 'CB00000000000000000000000000000012/1/ringing', 'CB00000000000000000000000000000012', 'progress', 1795424405000000, 1795424405343000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303132222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303132222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (37, 14, 'CA00000000000000000000000000000013/in', 'CA00000000000000000000000000000013', 'member-called', NULL, 1795424405480000, 0, '', 'ringing', 'inbound', '', '', NULL, '', '', '', '\x7b2246726f6d223a222b343437373030393030313233227d', '', NULL);
INSERT INTO public.events VALUES (39, 16, 'CA00000000000000000000000000000015/request', 'CA00000000000000000000000000000015', 'requested', 1795424405617000, 1795424405754000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303135222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (40, 16, 'CB00000000000000000000000000000015/1/ringing', 'CB00000000000000000000000000000015', 'progress', 1795424405000000, 1795424405891000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303135222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303135222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);
INSERT INTO public.events VALUES (41, 17, 'CA00000000000000000000000000000016/request', 'CA00000000000000000000000000000016', 'requested', 1795424405891000, 1795424406028000, 0, '', 'requested', 'inbound', '', 'ap-1', NULL, '', '', '{"clinician":"prac-1","sender":"Practitioner/prac-1","patient":"Patient/pat-1","recipient":"Patient/pat-1","to":"+447700900123","callerId":"+441134960000"}', '\x7b2243616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303136222c22546f223a222b343437373030393030313233222c2246726f6d223a22636c69656e743a707261632d31222c22446972656374696f6e223a22696e626f756e64227d', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '{"names":{"sender":"Grace Adeyemi","patient":"Sam Ellis"},"household":true,"limit":3600}');
INSERT INTO public.events VALUES (42, 17, 'CB00000000000000000000000000000016/amd', 'CB00000000000000000000000000000016', 'machine-detection', NULL, 1795424406165000, 0, '', '', '', '', '', NULL, 'human', '', '', '\x7b22416e7377657265644279223a2268756d616e222c224d616368696e65446574656374696f6e4475726174696f6e223a2232313030227d', '', NULL);
INSERT INTO public.events VALUES (43, 17, 'CB00000000000000000000000000000016/1/ringing', 'CB00000000000000000000000000000016', 'progress', 1795424405000000, 1795424406439000, 1, 'ringing', 'ringing', 'outbound-dial', '', '', NULL, '', '', '', '\x7b2243616c6c536964223a2243423030303030303030303030303030303030303030303030303030303030303136222c22506172656e7443616c6c536964223a2243413030303030303030303030303030303030303030303030303030303030303136222c2243616c6c537461747573223a2272696e67696e67222c2253657175656e63654e756d626572223a2231227d', '', NULL);


--
-- Data for Name: filings; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.filings VALUES (1, 'comm-1', '7', 7, true, false);
INSERT INTO public.filings VALUES (4, 'comm-3', '2', 10, true, false);
INSERT INTO public.filings VALUES (6, '', '', 0, true, false);
INSERT INTO public.filings VALUES (7, 'comm-6', '1', 21, true, true);
INSERT INTO public.filings VALUES (13, '', '', 0, true, false);


--
-- Data for Name: keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.keys VALUES ('CA00000000000000000000000000000001', 1);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000001', 1);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000002', 3);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000003', 4);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000003', 4);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000004', 5);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000004', 5);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000005', 6);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000005', 6);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000006', 7);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000006', 7);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000007', 8);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000007', 8);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000008', 9);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000008', 9);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000009', 10);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000009', 10);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000010', 11);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000011', 12);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000011', 12);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000012', 13);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000012', 13);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000013', 14);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000015', 16);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000015', 16);
INSERT INTO public.keys VALUES ('CA00000000000000000000000000000016', 17);
INSERT INTO public.keys VALUES ('CB00000000000000000000000000000016', 17);


--
-- Data for Name: log_end; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.log_end VALUES (43);


--
-- Data for Name: strays; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.strays VALUES (2, 'm-2', '', '\x7b7d', 'it has no CallSid', 1795424406713000);
INSERT INTO public.strays VALUES (3, 'm-3', '', NULL, 'it is empty', 1795424406850000);


--
-- Name: calls_number; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.calls_number', 18, true);


--
-- Name: strays_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.strays_seq', 3, true);


--
-- Name: calls calls_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.calls
    ADD CONSTRAINT calls_pkey PRIMARY KEY (number);


--
-- Name: dead_letters dead_letters_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.dead_letters
    ADD CONSTRAINT dead_letters_pkey PRIMARY KEY (seq, consumer);


--
-- Name: deliveries deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT deliveries_pkey PRIMARY KEY (call, consumer, seq);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (seq);


--
-- Name: filings filings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.filings
    ADD CONSTRAINT filings_pkey PRIMARY KEY (call);


--
-- Name: keys keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.keys
    ADD CONSTRAINT keys_pkey PRIMARY KEY (key);


--
-- Name: strays strays_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.strays
    ADD CONSTRAINT strays_id_key UNIQUE (id);


--
-- Name: strays strays_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.strays
    ADD CONSTRAINT strays_pkey PRIMARY KEY (seq);


--
-- Name: calls_begun; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_begun ON public.calls USING btree (clinician, begun) WHERE (clinician IS NOT NULL);


--
-- Name: calls_joined; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_joined ON public.calls USING btree (joined) WHERE (joined IS NOT NULL);


--
-- Name: calls_look; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_look ON public.calls USING btree (look, number) WHERE (look > 0);


--
-- Name: calls_patient; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX calls_patient ON public.calls USING btree (patient) WHERE (patient <> ''::text);


--
-- Name: deliveries_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX deliveries_due ON public.deliveries USING btree (consumer, due) WHERE (due IS NOT NULL);


--
-- Name: events_once; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX events_once ON public.events USING btree (call, id);


--
-- Name: filings_doubted; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX filings_doubted ON public.filings USING btree (call) WHERE doubted;


--
-- Name: keys_call; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX keys_call ON public.keys USING btree (call);


--
-- PostgreSQL database dump complete
--


