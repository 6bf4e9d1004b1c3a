-- What later releases know of an event, as one JSON object; NULL: nothing.
ALTER TABLE events ADD COLUMN facts TEXT;
