package store

// Deliveries made again.
const (
	sqlLastEvent = `SELECT max(seq) FROM events WHERE call = ?1`
	// Of the call ?1 for the consumer ?2, from the place ?3 on.
	sqlDeliverAgain = `INSERT INTO deliveries (consumer, seq) SELECT ?2, seq FROM events WHERE call = ?1 AND seq >= ?3
		ON CONFLICT (consumer, seq) DO UPDATE SET attempts = 0, cause = NULL`
	sqlUnburyCall = `DELETE FROM dead_letters WHERE consumer = ?2 AND seq IN (SELECT seq FROM events WHERE call = ?1 AND seq >= ?3)`
	sqlHoldAll    = `UPDATE deliveries SET due = NULL WHERE consumer = ?2 AND due IS NOT NULL
		AND seq IN (SELECT seq FROM events WHERE call = ?1)`
)

// Looks. The first two conditions are those of the index.
const (
	toLookAt     = `FROM calls WHERE look > 0 AND look <= ?1`
	sqlUnsettled = `SELECT key ` + toLookAt + ` ORDER BY look, number LIMIT ?2`
	sqlToLookAt  = `SELECT count(*) ` + toLookAt
	sqlLookAgain = `UPDATE calls SET look = ?2 WHERE look > 0 AND number = (SELECT c.number FROM ` + ownKey + ` WHERE ` + isOwnKey + `)`
)

// Strays.
const (
	sqlKeepStray = `INSERT INTO strays (id, attributes, data, why, kept) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING`
	sqlStrays    = `SELECT seq, id, attributes, data, why, kept FROM strays WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq`
	sqlAllStrays = `SELECT count(*) FROM strays`
	sqlDropStray = `DELETE FROM strays WHERE seq = ?1`
)

// Retention.
const (
	// isOld is asked of a call with events: its request tells at once of most that
	// they are young.
	isOld = `c.joined IS NULL AND (c.begun IS NULL OR c.begun < ?1) AND EXISTS (SELECT 1 FROM events e WHERE e.call = c.number)
		AND NOT EXISTS (SELECT 1 FROM events e WHERE e.call = c.number AND e.kept >= ?1)`
	sqlOldCalls  = `SELECT c.number FROM calls c WHERE ` + isOld + ` ORDER BY c.number LIMIT ?2`
	sqlIsOld     = `SELECT 1 FROM calls c WHERE ` + isOld + ` AND c.number = ?2`
	sqlOldStrays = `DELETE FROM strays WHERE kept < ?1`

	sqlCallsKept = `SELECT c.key FROM calls c CROSS JOIN events e WHERE c.joined IS NULL AND e.call = c.number
		GROUP BY c.number HAVING max(e.kept) >= ?1 AND max(e.kept) < ?2 ORDER BY max(e.seq)`

	sqlOwnCall = `SELECT c.number FROM ` + ownKey + ` WHERE ` + isOwnKey
	sqlJoined  = `SELECT number FROM calls WHERE joined = ?1`

	// Also consumers that are none any more have deliveries.
	sqlForgetDeliveries = `WITH RECURSIVE names (name) AS (SELECT min(consumer) FROM deliveries
			UNION ALL SELECT (SELECT min(consumer) FROM deliveries WHERE consumer > name) FROM names WHERE name IS NOT NULL)
		DELETE FROM deliveries WHERE (consumer, seq) IN (SELECT name, e.seq FROM events e CROSS JOIN names WHERE e.call = ?1)`
	sqlForgetLetters = `WITH RECURSIVE names (name) AS (SELECT min(consumer) FROM dead_letters
			UNION ALL SELECT (SELECT min(consumer) FROM dead_letters WHERE consumer > name) FROM names WHERE name IS NOT NULL)
		DELETE FROM dead_letters WHERE (consumer, seq) IN (SELECT name, e.seq FROM events e CROSS JOIN names WHERE e.call = ?1)`
	// Those of the call ?2 that the row ?1, its own or a leg's, tells of.
	sqlForgetKeys = `DELETE FROM keys WHERE call = ?2 AND key IN (SELECT key FROM calls WHERE number = ?1
		UNION SELECT leg FROM events WHERE call = ?1 UNION SELECT member_leg FROM events WHERE call = ?1)`
	sqlForgetEvents   = `DELETE FROM events WHERE call = ?1`
	sqlForgetFilingOf = `DELETE FROM filings WHERE call = ?1`
	sqlForgetCall     = `DELETE FROM calls WHERE number = ?1`

	sqlMarkEnd = `UPDATE log_end SET seq = max(seq, coalesce((SELECT max(seq) FROM events), 0))`
	// sqlForgottenEnd is 0 when the log goes on from its last event.
	sqlForgottenEnd = `SELECT CASE WHEN l.seq > coalesce((SELECT max(seq) FROM events), 0) THEN l.seq ELSE 0 END FROM log_end l`
)
