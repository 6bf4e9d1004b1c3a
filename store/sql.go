package store

// The statements about events, calls and deliveries, each prepared once per
// connection; those of an operator's day are in sqlagain.go. CROSS JOIN holds the
// order in which the tables are read.

// Events.
const (
	eventColumns = `e.seq, c.key, e.id, e.leg, e.kind, e.at, e.kept, e.place, e.status, e.word, e.direction,
		e.member_leg, e.appointment, e.seconds, e.answered_by, e.recording, e.request, e.report, e.trace, e.facts`

	sqlKeepEvent = `INSERT INTO events (call, id, leg, kind, at, kept, place, status, word, direction,
			member_leg, appointment, seconds, answered_by, recording, request, report, trace, facts, seq)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
		ON CONFLICT (call, id) DO NOTHING`
	sqlEventOnce = `SELECT ` + eventColumns + ` FROM events e CROSS JOIN calls c
		WHERE e.call = ?1 AND e.id = ?2 AND c.number = e.call`
	sqlIsKept       = `SELECT 1 FROM events WHERE call = ?1 AND id = ?2`
	sqlEventsOfCall = `SELECT ` + eventColumns + ` FROM ` + ownKey + ` CROSS JOIN events e
		WHERE ` + isOwnKey + ` AND e.call = c.number`
	sqlAnyEvent = `SELECT 1 FROM events LIMIT 1`
)

// Keys. A key is a call's own, not that of a leg of it, when the call has it.
const (
	ownKey   = `keys k CROSS JOIN calls c`
	isOwnKey = `k.key = ?1 AND c.number = k.call AND c.key = k.key`

	sqlFindKey = `SELECT c.number, c.key, c.heard, c.over, c.look IS NOT NULL, coalesce(c.look, 1) = 0 FROM ` + ownKey + ` WHERE k.key = ?1 AND c.number = k.call`
	sqlAddCall = `INSERT INTO calls (key, clinician, begun, patient, heard, over, look) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`
	sqlAddKey  = `INSERT INTO keys (key, call) VALUES (?1, ?2)`

	// From the number ?1 to the number ?2. What the call already has stays with
	// the leg, and is delivered to nobody.
	sqlWasRequested = `SELECT 1 FROM calls WHERE number = ?1 AND clinician IS NOT NULL`
	sqlMoveKeys     = `UPDATE keys SET call = ?2 WHERE call = ?1 AND key IN (
		SELECT key FROM calls WHERE number = ?1 UNION SELECT leg FROM events WHERE call = ?1
		UNION SELECT member_leg FROM events WHERE call = ?1)`
	sqlTwins          = `SELECT t.seq FROM events t CROSS JOIN events k WHERE t.call = ?1 AND k.call = ?2 AND k.id = t.id`
	sqlDropTwin       = `DELETE FROM deliveries WHERE consumer = ?3 AND seq IN (` + sqlTwins + `)`
	sqlDropTwinLetter = `DELETE FROM dead_letters WHERE consumer = ?3 AND seq IN (` + sqlTwins + `)`
	sqlMoveEvents     = `UPDATE events SET call = ?2 WHERE call = ?1 AND id NOT IN (SELECT id FROM events WHERE call = ?2)`
	sqlMoveFiling     = `INSERT INTO filings (call, id, version, seq, tried, doubted)
		SELECT ?2, id, version, seq, tried, doubted FROM filings WHERE call = ?1 ON CONFLICT (call) DO NOTHING`
	sqlDropFiling = `DELETE FROM filings WHERE call = ?1`
)

// Calls.
const (
	// A call's row is told of its events one by one, and with a leg that joins it
	// of all that the leg's row was told.
	// look is what becomes of it when the outcome is known (?2), or when it is known
	// that this is a clinician's call (?3), which is looked at ?4 after it began.
	look = `CASE WHEN ?2 = 1 THEN 0
		WHEN ?3 = 1 THEN coalesce(look, (SELECT min(kept) FROM events WHERE call = ?1) + ?4) ELSE look END`
	sqlBeginCall = `UPDATE calls SET over = CASE WHEN over = 1 OR ?5 = 1 THEN 1 ELSE 0 END, look = ` + look + `,
			clinician = ?6, begun = ?7, patient = ?8
		WHERE number = ?1 AND clinician IS NULL`
	sqlTellCall = `UPDATE calls SET heard = 1, over = CASE WHEN over = 1 OR ?5 = 1 THEN 1 ELSE 0 END, look = ` + look + `
		WHERE number = ?1 AND (heard = 0 OR over < ?5 OR coalesce(look, 1) <> 0 AND ?2 = 1 OR look IS NULL AND ?3 = 1)`
	sqlTellMoved = `UPDATE calls SET heard = (SELECT max(heard) FROM calls WHERE number IN (?1, ?2)),
			over = (SELECT max(over) FROM calls WHERE number IN (?1, ?2)),
			look = (SELECT min(look) FROM calls WHERE number IN (?1, ?2))
		WHERE number = ?2`
	sqlJoin           = `UPDATE calls SET joined = ?2, look = NULL WHERE number = ?1 OR joined = ?1`
	sqlCallsOfPatient = `SELECT key FROM calls WHERE patient = ?1 ORDER BY number`

	// isLive is asked of the calls of the clinician ?1 that began after ?2: those
	// of which nothing was heard must have begun after ?3.
	isLive  = `c.over = 0 AND (c.heard = 1 OR c.begun > ?3)`
	sqlLoad = `SELECT count(CASE WHEN c.begun > ?4 THEN 1 END), count(CASE WHEN ` + isLive + ` THEN 1 END)
		FROM calls c WHERE c.clinician = ?1 AND c.begun > ?2 AND c.number <> ?5`
	sqlLiveSince = `SELECT coalesce(
		(SELECT min(e.seq) - 1 FROM calls c CROSS JOIN events e
			WHERE c.clinician = ?1 AND c.begun > ?2 AND ` + isLive + ` AND e.call = c.number),
		(` + sqlNewestSeq + `))`

	// The same question asked from either side.
	sqlNewestSeq     = `SELECT max(l.seq, coalesce((SELECT max(seq) FROM events), 0)) FROM log_end l`
	sqlCallsOfEvents = `SELECT c.key, max(e.seq) AS newest FROM events e CROSS JOIN calls c
		WHERE e.seq > ?2 AND c.number = e.call AND c.clinician = ?1 GROUP BY c.key ORDER BY newest`
	sqlCallsOfClinician = `SELECT c.key, max(e.seq) AS newest FROM calls c CROSS JOIN events e
		WHERE c.clinician = ?1 AND e.call = c.number AND e.seq > ?2 GROUP BY c.key ORDER BY newest`
	sqlClinician = `SELECT c.clinician FROM ` + ownKey + ` WHERE ` + isOwnKey
)

// Filings.
const (
	sqlFiling = `SELECT f.id, f.version, f.seq, f.tried, f.doubted FROM ` + ownKey + ` CROSS JOIN filings f
		WHERE ` + isOwnKey + ` AND f.call = c.number`
	sqlDoubted = `SELECT c.key, f.id, f.version, f.seq FROM filings f CROSS JOIN calls c CROSS JOIN events e
		WHERE f.doubted = 1 AND c.number = f.call AND e.seq = f.seq AND e.kept > ?1`
	sqlSaveFiling = `INSERT INTO filings (call, id, version, seq, tried, doubted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
		ON CONFLICT (call) DO UPDATE SET id = excluded.id, version = excluded.version,
			seq = excluded.seq, tried = excluded.tried, doubted = excluded.doubted
		WHERE filings.seq <= excluded.seq`
	// A call that is filed again from its beginning, and from its last event, ?2.
	sqlForgetFiling = `INSERT INTO filings (call, seq, tried, doubted) VALUES (?1, 0, 1, 0)
		ON CONFLICT (call) DO UPDATE SET id = NULL, version = NULL, seq = 0, tried = 1, doubted = 0`
	sqlTakeFilingBack = `UPDATE filings SET seq = ?2 - 1 WHERE call = ?1 AND seq >= ?2`
)

// Deliveries.
const (
	// pendingOf is what waits for the consumer ?2 of the call of the key ?1.
	pendingOf = `events p CROSS JOIN deliveries d WHERE p.call = ?1 AND d.consumer = ?2 AND d.seq = p.seq`

	sqlAddDelivery = `INSERT INTO deliveries (consumer, seq, due) VALUES (?2, ?3,
		CASE WHEN EXISTS (SELECT 1 FROM ` + pendingOf + `) THEN NULL ELSE ?4 END)`
	sqlDue = `SELECT c.key FROM deliveries d CROSS JOIN events e CROSS JOIN calls c
		WHERE d.consumer = ?1 AND d.due <= ?2 AND e.seq = d.seq AND c.number = e.call ORDER BY d.due`
	sqlNextDue = `SELECT due FROM deliveries WHERE consumer = ?1 AND due > ?2 ORDER BY due LIMIT 1`
	// sqlNextDelivery is the row that min() finds (SQLite, "Bare columns in an
	// aggregate query"), and how many there are.
	sqlNextDelivery = `SELECT min(d.seq), d.attempts, d.due, count(*)
		FROM ` + ownKey + ` CROSS JOIN events p CROSS JOIN deliveries d
		WHERE ` + isOwnKey + ` AND p.call = c.number AND d.consumer = ?2 AND d.seq = p.seq`
	sqlCallOfEvent   = `SELECT c.number, c.key FROM events e CROSS JOIN calls c WHERE e.seq = ?1 AND c.number = e.call`
	sqlDropDelivery  = `DELETE FROM deliveries WHERE consumer = ?1 AND seq = ?2`
	sqlRetryDelivery = `UPDATE deliveries SET attempts = ?3, due = CASE WHEN due IS NULL THEN NULL ELSE ?4 END, cause = ?5
		WHERE consumer = ?1 AND seq = ?2`
	// sqlPromoteNext is sqlHeadDelivery and sqlPromoteHead for the call of the event ?2.
	sqlPromoteNext = `UPDATE deliveries SET due = (SELECT kept FROM events WHERE seq = deliveries.seq)
		WHERE consumer = ?1 AND due IS NULL AND seq = (SELECT min(d.seq)
			FROM events x CROSS JOIN events p CROSS JOIN deliveries d
			WHERE x.seq = ?2 AND p.call = x.call AND d.consumer = ?1 AND d.seq = p.seq)`
	sqlHeadDelivery = `SELECT min(d.seq) FROM ` + pendingOf
	sqlPromoteHead  = `UPDATE deliveries SET due = (SELECT kept FROM events WHERE seq = ?2)
		WHERE consumer = ?1 AND seq = ?2 AND due IS NULL`
	sqlDemoteOthers = `UPDATE deliveries SET due = NULL WHERE consumer = ?2 AND due IS NOT NULL
		AND seq IN (SELECT p.seq FROM events p WHERE p.call = ?1 AND p.seq > ?3)`
)

// Dead letters.
const (
	sqlBury           = `INSERT INTO dead_letters (consumer, seq, attempts, buried, cause) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (consumer, seq) DO NOTHING`
	sqlUnbury         = `DELETE FROM dead_letters WHERE consumer = ?1 AND seq = ?2`
	sqlReviveDelivery = `INSERT INTO deliveries (consumer, seq) VALUES (?1, ?2)`
	sqlDead           = `SELECT ` + eventColumns + `, d.attempts, d.buried, d.cause FROM dead_letters d
		CROSS JOIN events e CROSS JOIN calls c WHERE d.consumer = ?1 AND d.seq BETWEEN ?2 AND ?3 AND e.seq = d.seq AND c.number = e.call ORDER BY d.seq`
	sqlBacklog = `SELECT (SELECT count(*) FROM deliveries WHERE consumer = ?1),
		(SELECT count(*) FROM dead_letters WHERE consumer = ?1),
		(SELECT kept FROM events WHERE seq = (SELECT min(seq) FROM deliveries WHERE consumer = ?1))`
)
