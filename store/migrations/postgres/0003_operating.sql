-- What an operator's day writes, one thing at a time. Each function takes the
-- log's lock by itself.

-- own_call_1 is the call of a key of its own; NULL: none.
CREATE FUNCTION own_call_1(own_key text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT c.number FROM keys k JOIN calls c ON c.number = k.call WHERE k.key = own_key AND c.key = k.key
$$;

-- revive_1 makes a dead letter a delivery again, and answers its call; NULL: there
-- is none.
CREATE FUNCTION revive_1(teller text, whose text, of_place bigint) RETURNS text LANGUAGE plpgsql AS $$
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

CREATE FUNCTION discard_1(whose text, of_place bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM dead_letters d WHERE d.consumer = whose AND d.seq = of_place;
  RETURN FOUND;
END $$;

-- refile_1 has a consumer given a call again, all of it or its last event; false:
-- the log has no such call.
CREATE FUNCTION refile_1(teller text, whose text, own_key text, all_of_it boolean) RETURNS boolean LANGUAGE plpgsql AS $$
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

CREATE FUNCTION look_again_1(own_key text, at_time bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  UPDATE calls SET look = at_time WHERE number = own_call_1(own_key) AND look > 0;
END $$;

CREATE FUNCTION keep_stray_1(new_id text, with_attributes text, content bytea, reason text, at_time bigint)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  IF NOT EXISTS (SELECT FROM strays s WHERE s.id = new_id) THEN
    INSERT INTO strays (seq, id, attributes, data, why, kept)
      VALUES (nextval('strays_seq'), new_id, with_attributes, content, reason, at_time);
  END IF;
END $$;

CREATE FUNCTION drop_stray_1(of_place bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM strays s WHERE s.seq = of_place;
  RETURN FOUND;
END $$;

-- forget_1 forgets every trace of a call, and of the legs that joined it.
CREATE FUNCTION forget_1(target bigint) RETURNS void LANGUAGE plpgsql AS $$
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

CREATE FUNCTION erase_1(own_key text) RETURNS boolean LANGUAGE plpgsql AS $$
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

-- place_1 is the place in the log after which everything stands that was kept at a
-- time or later. It asks some thirty events, since places grow with the times: but
-- for what the clocks of the programs differ by, which is for the asker to allow for.
CREATE FUNCTION place_1(at_time bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
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

CREATE FUNCTION purge_strays_1(before_time bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lock_log_1();
  DELETE FROM strays s WHERE s.kept < before_time;
END $$;

-- purge_1 forgets those of the calls that are old still; it answers how many calls
-- that were. Which calls to look at is found beforehand, while others write.
CREATE FUNCTION purge_1(numbers bigint[], before_time bigint) RETURNS integer LANGUAGE plpgsql AS $$
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
