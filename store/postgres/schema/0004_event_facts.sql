-- What later releases know of an event, as one JSON object; NULL: nothing.
ALTER TABLE events ADD COLUMN facts text;

-- write_2 is write_1 with two things more. Each event has its facts, empty: none.
-- They are added where the event was kept, and to no repetition. And session is the
-- lock that the program's session of claims holds as long as it lives, 0: nobody's.
-- If anybody else can have it the session is over, its claims may be another's, and
-- nothing is written of what was done under them: lost.
CREATE PROCEDURE write_2(teller text, consumers text[], incoming event_1[],
  ids text[], own_keys text[], legs text[], members text[], kepts bigint[], bits integer[], besides text[], facts_of text[],
  done_consumers text[], done_places bigint[],
  retry_consumers text[], retry_places bigint[], retry_tries integer[], retry_times bigint[], retry_causes text[],
  bury_consumers text[], bury_places bigint[], bury_tries integer[], bury_times bigint[], bury_causes text[],
  file_keys text[], file_ids text[], file_versions text[], file_places bigint[], file_tried boolean[], file_doubted boolean[],
  session bigint,
  INOUT seqs bigint[], INOUT keys_kept text[], INOUT repeated boolean[], INOUT recents integer[], INOUT lives integer[],
  INOUT changed text[], INOUT elsewhere boolean[], INOUT lost boolean)
LANGUAGE plpgsql AS $$
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
