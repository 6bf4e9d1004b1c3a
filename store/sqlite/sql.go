package sqlite

// The statements, each prepared once per connection. CROSS JOIN holds the order in
// which the tables are read.

// What the writer finds.
const (
	sqlEnds = `SELECT max(l.seq, coalesce((SELECT max(seq) FROM events), 0)), coalesce((SELECT max(number) FROM calls), 0) FROM log_end l`

	sqlFindKey  = `SELECT call FROM keys WHERE key = ?1`
	callColumns = `c.key, c.first, c.clinician, c.patient, c.begun, c.heard, c.over, c.settled, c.look, c.aside, c.room`
	sqlCall     = `SELECT ` + callColumns + `, c.joined FROM calls c WHERE c.number = ?1`
	sqlPlaces   = `SELECT seq, id, kept, besides FROM events WHERE call = ?1 ORDER BY seq`

	cursorColumns = `u.consumer, u.done, u.due, u.attempts, u.cause, u.again`
	sqlCursors    = `SELECT ` + cursorColumns + ` FROM cursors u WHERE u.call = ?1`

	eventColumns  = `e.seq, e.call, e.id, e.kept, e.besides, e.body`
	sqlEventOnce  = `SELECT ` + eventColumns + ` FROM events e WHERE e.call = ?1 AND e.id = ?2`
	sqlEventsOf   = `SELECT ` + eventColumns + ` FROM events e WHERE e.call = ?1`
	sqlKeyOfEvent = `SELECT c.key FROM events e CROSS JOIN calls c WHERE e.seq = ?1 AND c.number = e.call`
	sqlIsDead     = `SELECT 1 FROM dead_letters WHERE consumer = ?1 AND seq = ?2`
	sqlCounted    = `SELECT number, begun, heard, over FROM calls WHERE clinician = ?1 AND begun > ?2 ORDER BY begun`
)

// What the writer writes.
const (
	sqlAddCall = `INSERT INTO calls (number, key, first, clinician, patient, begun, heard, over, settled, look, aside, room, joined)
		VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)`
	sqlSetCall = `UPDATE calls SET key = ?2, first = ?3, clinician = ?4, patient = ?5, begun = ?6, heard = ?7, over = ?8,
		settled = ?9, look = ?10, aside = ?11, room = ?12, joined = ?13 WHERE number = ?1`
	sqlTellCall  = `UPDATE calls SET heard = ?2, over = ?3, settled = ?4, room = ?5 WHERE number = ?1`
	sqlAddKey    = `INSERT INTO young_keys (key, call) VALUES (?1, ?2)`
	sqlMoveKey   = `INSERT INTO keys (key, call) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET call = excluded.call`
	sqlLastYoung = `SELECT coalesce(max(number), 0) FROM young_keys`
	sqlDropYoung = `DELETE FROM young_keys WHERE number <= ?1`
	sqlAddEvent  = `INSERT INTO events (seq, call, id, kept, besides, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)`

	sqlSetCursor = `INSERT INTO cursors (call, consumer, done, due, attempts, cause, again) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (call, consumer) DO UPDATE SET done = excluded.done, due = excluded.due, attempts = excluded.attempts,
			cause = excluded.cause, again = excluded.again`
	sqlDropCursor = `DELETE FROM cursors WHERE call = ?1 AND consumer = ?2`

	sqlSaveFiling = `INSERT INTO filings (call, of, id, version, seq, tried, doubted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
		ON CONFLICT (call, of) DO UPDATE SET id = excluded.id, version = excluded.version,
			seq = excluded.seq, tried = excluded.tried, doubted = excluded.doubted
		WHERE filings.seq <= excluded.seq`
	sqlForgetFilings   = `UPDATE filings SET id = NULL, version = NULL, seq = 0, tried = 1, doubted = 0 WHERE call = ?1`
	sqlTryAgain        = `INSERT INTO filings (call, of, seq, tried, doubted) VALUES (?1, '', 0, 1, 0) ON CONFLICT (call, of) DO NOTHING`
	sqlTakeFilingsBack = `UPDATE filings SET seq = ?2 - 1 WHERE call = ?1 AND seq >= ?2`

	sqlBury   = `INSERT INTO dead_letters (seq, consumer, attempts, buried, cause) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (seq, consumer) DO NOTHING`
	sqlUnbury = `DELETE FROM dead_letters WHERE consumer = ?1 AND seq = ?2`

	// From the leg ?1 to the call ?2.
	sqlMoveEvent   = `UPDATE events SET call = ?2 WHERE seq = ?1`
	sqlMoveFilings = `INSERT INTO filings (call, of, id, version, seq, tried, doubted)
		SELECT ?2, of, id, version, seq, tried, doubted FROM filings WHERE call = ?1 ON CONFLICT (call, of) DO NOTHING`
	sqlMoveJoined  = `UPDATE calls SET joined = ?2 WHERE joined = ?1`
	sqlDropFilings = `DELETE FROM filings WHERE call = ?1`
	sqlDropCursors = `DELETE FROM cursors WHERE call = ?1`
	sqlDropLetters = `DELETE FROM dead_letters WHERE seq = ?1`
)

// What is read.
const (
	sqlAnyEvent = `SELECT 1 FROM events LIMIT 1`

	// See conn.own: a key is a call's own, not that of a leg of it, when the call has it.
	ownCall = `c.number = ?1 AND c.key = ?2`

	sqlOwnCall   = `SELECT c.number FROM calls c WHERE ` + ownCall
	sqlCallOf    = `SELECT o.key FROM calls c CROSS JOIN calls o WHERE c.number = ?1 AND o.number = coalesce(c.joined, c.number)`
	sqlClinician = `SELECT c.clinician FROM calls c WHERE ` + ownCall
	sqlOwnEvents = `SELECT ` + eventColumns + ` FROM calls c CROSS JOIN events e WHERE ` + ownCall + ` AND e.call = c.number`
	sqlOwnCursor = `SELECT ` + cursorColumns + ` FROM calls c CROSS JOIN cursors u WHERE ` + ownCall + ` AND u.call = c.number AND u.consumer = ?3`
	sqlFiling    = `SELECT f.id, f.version, f.seq, f.tried, f.doubted FROM calls c CROSS JOIN filings f
		WHERE ` + ownCall + ` AND f.call = c.number AND f.of = ''`
	sqlDoubted = `SELECT c.key, f.id, f.version, f.seq, f.of FROM filings f CROSS JOIN calls c CROSS JOIN events e
		WHERE f.doubted = 1 AND c.number = f.call AND e.seq = f.seq AND e.kept > ?1`

	sqlNewestSeq      = `SELECT max(l.seq, coalesce((SELECT max(seq) FROM events), 0)) FROM log_end l`
	sqlFirstOf        = `SELECT min(seq) FROM events WHERE call = ?1`
	sqlCallsOfPatient = `SELECT key FROM calls WHERE patient = ?1 ORDER BY number`
	// The same question asked from either side.
	sqlCallsOfEvents = `SELECT c.key, max(e.seq) AS newest FROM events e CROSS JOIN calls c
		WHERE e.seq > ?2 AND c.number = e.call AND c.clinician = ?1 GROUP BY c.key ORDER BY newest`
	sqlCallsOfClinician = `SELECT c.key, max(e.seq) AS newest FROM calls c CROSS JOIN events e
		WHERE c.clinician = ?1 AND e.call = c.number AND e.seq > ?2 GROUP BY c.key ORDER BY newest`
	sqlRings = `SELECT ` + eventColumns + `, c.key FROM events e CROSS JOIN calls c
		WHERE e.seq > ?1 AND (e.id LIKE '%/request' OR e.id LIKE '%/inbound%') AND e.kept >= ?2 AND c.number = e.call ORDER BY e.seq LIMIT ?3`
	// After a place: of the same time come those with lower numbers.
	askedColumns  = `c.number, c.key, c.patient, coalesce(c.begun, c.first), f.id, f.version, f.seq, f.tried, f.doubted`
	filedAsked    = `LEFT JOIN filings f ON f.call = c.number AND f.of = '' `
	sqlCallsAsked = `SELECT ` + askedColumns + ` FROM calls c INDEXED BY calls_asked ` + filedAsked + `WHERE c.joined IS NULL AND c.aside = 0
		AND coalesce(c.begun, c.first) BETWEEN ?1 AND ?2 AND (coalesce(c.begun, c.first), c.number) < (?2, ?3)`
	inOrderAsked    = ` ORDER BY coalesce(c.begun, c.first) DESC, c.number DESC LIMIT ?4`
	sqlCallsAskedBy = `SELECT ` + askedColumns + ` FROM calls c INDEXED BY calls_of_clinician ` + filedAsked + `WHERE c.joined IS NULL AND c.aside = 0
		AND c.clinician = ?5 AND c.begun BETWEEN ?1 AND ?2 AND (c.begun, c.number) < (?2, ?3)`
	inOrderAskedBy  = ` ORDER BY c.begun DESC, c.number DESC LIMIT ?4`
	sqlCallsAskedOf = `SELECT ` + askedColumns + ` FROM calls c INDEXED BY calls_of_patient ` + filedAsked + `WHERE c.joined IS NULL AND c.aside = 0
		AND c.patient = ?5 AND (?6 = '' OR c.clinician = ?6)
		AND coalesce(c.begun, c.first) BETWEEN ?1 AND ?2 AND (coalesce(c.begun, c.first), c.number) < (?2, ?3)`
	// By the IDs of the events, which begin with the carrier's for a recording (see sounds).
	andRecorded = ` AND EXISTS (SELECT 1 FROM events r WHERE r.call = c.number AND r.id GLOB 'RE*/*')`
	andGoing    = ` AND (c.over = 0 OR c.room = 1)`
	sqlCallers  = `SELECT ` + askedColumns + ` FROM calls c ` + filedAsked + `WHERE c.number IN (
		SELECT max(m.number) FROM calls m INDEXED BY calls_asked WHERE m.joined IS NULL AND m.aside = 0
			AND coalesce(m.begun, m.first) >= ?1 AND coalesce(m.begun, m.first) < ?2 AND m.clinician <> '' GROUP BY m.clinician)`
	sqlCallsKept = `SELECT c.key FROM calls c CROSS JOIN events e WHERE c.joined IS NULL AND e.call = c.number
		GROUP BY c.number HAVING max(e.kept) >= ?1 AND max(e.kept) < ?2 ORDER BY max(e.seq)`

	sqlDue = `SELECT c.key FROM cursors u CROSS JOIN calls c
		WHERE u.consumer = ?1 AND u.due <= ?2 AND c.number = u.call ORDER BY u.due`
	sqlNextDue = `SELECT due FROM cursors WHERE consumer = ?1 AND due > ?2 ORDER BY due LIMIT 1`
	sqlDead    = `SELECT ` + eventColumns + `, c.key, d.attempts, d.buried, d.cause FROM dead_letters d
		CROSS JOIN events e CROSS JOIN calls c
		WHERE d.seq BETWEEN ?2 AND ?3 AND d.consumer = ?1 AND e.seq = d.seq AND c.number = e.call ORDER BY d.seq`
	sqlCountDead = `SELECT count(*) FROM dead_letters WHERE consumer = ?1`
	sqlBacklog   = `SELECT count(*), min(e.seq) FROM cursors u CROSS JOIN events e
		WHERE u.consumer = ?1 AND e.call = u.call AND e.seq > u.done AND (?2 IS NULL OR e.besides = ?2)`
	sqlAgain = `SELECT again FROM cursors WHERE consumer = ?1 AND again IS NOT NULL`
	sqlKept  = `SELECT kept FROM events WHERE seq = ?1`

	toLookAt     = `FROM calls WHERE look IS NOT NULL AND look <= ?1`
	sqlUnsettled = `SELECT key ` + toLookAt + ` ORDER BY look, number LIMIT ?2`
	sqlToLookAt  = `SELECT count(*) ` + toLookAt
)

// An operator's day.
const (
	sqlKeepStray     = `INSERT INTO strays (id, attributes, data, why, kept) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO NOTHING`
	strayColumns     = `seq, id, attributes, data, why, kept`
	sqlStrays        = `SELECT ` + strayColumns + ` FROM strays WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq`
	sqlAllStrays     = `SELECT count(*) FROM strays`
	sqlDropStray     = `DELETE FROM strays WHERE seq = ?1`
	oldStrays        = `FROM strays WHERE kept < ?1`
	sqlOldStrays     = `SELECT count(*) ` + oldStrays
	sqlDropOldStrays = `DELETE ` + oldStrays

	// isOld is asked of a call with events: its request tells at once of most that
	// they are young.
	isOld = `c.joined IS NULL AND (c.begun IS NULL OR c.begun < ?1) AND EXISTS (SELECT 1 FROM events e WHERE e.call = c.number)
		AND NOT EXISTS (SELECT 1 FROM events e WHERE e.call = c.number AND e.kept >= ?1)
		AND NOT EXISTS (SELECT 1 FROM filings f WHERE f.call = c.number AND f.of LIKE 'Media/%' AND f.id <> '')
		AND NOT (c.begun IS NOT NULL AND EXISTS (SELECT 1 FROM events r WHERE r.call = c.number AND ` + sounds + `))`
	// sounds is that an event r is of a recording of which the carrier may have sound: by
	// the IDs, which begin with the carrier's for it, and those that say it has none.
	sounds = `r.id GLOB 'RE*/*' AND NOT EXISTS (SELECT 1 FROM events g WHERE g.call = r.call AND (
			g.id = substr(r.id, 1, instr(r.id, '/')) || 'gone'
			OR g.id GLOB substr(r.id, 1, instr(r.id, '/')) || 'absent*'
			OR g.id GLOB substr(r.id, 1, instr(r.id, '/')) || 'failed*'))`
	sqlOldCalls = `SELECT c.number FROM calls c WHERE ` + isOld + ` ORDER BY c.number LIMIT ?2`
	sqlOldKeys  = `SELECT c.key FROM calls c WHERE ` + isOld
	sqlIsOld    = `SELECT 1 FROM calls c WHERE ` + isOld + ` AND c.number = ?2`

	sqlJoined    = `SELECT number FROM calls WHERE joined = ?1`
	sqlYoung     = `SELECT key, call FROM young_keys ORDER BY number`
	sqlMoveYoung = `INSERT INTO keys (key, call) SELECT key, call FROM young_keys WHERE true ORDER BY key, number
		ON CONFLICT (key) DO UPDATE SET call = excluded.call`
	sqlDropAllYoung  = `DELETE FROM young_keys`
	sqlKeyOfCall     = `SELECT key FROM calls WHERE number = ?1`
	sqlForgetKey     = `DELETE FROM keys WHERE call = ?1 AND key = ?2`
	sqlForgetLetters = `DELETE FROM dead_letters WHERE seq IN (SELECT seq FROM events WHERE call = ?1)`
	sqlForgetEvents  = `DELETE FROM events WHERE call = ?1`
	sqlForgetCall    = `DELETE FROM calls WHERE number = ?1`
	sqlMarkEnd       = `UPDATE log_end SET seq = max(seq, coalesce((SELECT max(seq) FROM events), 0))`
)
