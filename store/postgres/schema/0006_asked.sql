-- Calls by when they were asked for. To make the index keeps those who write waiting, a
-- second for a million calls, and nobody who reads.
CREATE INDEX calls_asked ON calls ((coalesce(begun, first)), number) WHERE joined IS NULL AND NOT aside;
