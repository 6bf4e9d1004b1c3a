package store

import (
	"context"
	"time"

	"perci.health/careline"
)

const (
	pgLoad = `SELECT l.recent, l.live FROM load_1($1, $2, coalesce(
		(SELECT k.call FROM keys k WHERE k.key = $3), 0)) l`
	pgClinician      = `SELECT coalesce(c.clinician, '') ` + pgOwn + ` WHERE k.key = $1`
	pgCallsOfPatient = `SELECT c.key FROM calls c WHERE c.patient = $1 AND c.patient <> '' ORDER BY c.number`

	// Whoever follows is nearly always near the log's end; further back the
	// clinician's calls are fewer than the events.
	pgCallsOfEvents = `SELECT q.key FROM (SELECT c.key, max(e.seq) AS newest FROM events e JOIN calls c ON c.number = e.call
		WHERE e.seq > $2 AND c.clinician = $1 GROUP BY c.key) q ORDER BY q.newest`
	pgCallsOfClinician = `SELECT q.key FROM (SELECT c.key, (SELECT max(e.seq) FROM events e WHERE e.call = c.number) AS newest
		FROM calls c WHERE c.clinician = $1) q WHERE q.newest > $2 ORDER BY q.newest`
	pgNewest    = `SELECT seq FROM log_end`
	pgLiveSince = `SELECT coalesce((SELECT min(e.seq) - 1 FROM calls c JOIN events e ON e.call = c.number
			WHERE c.clinician = $1 AND c.begun > $2 AND NOT c.over AND (c.heard OR c.begun > $3)),
		(SELECT seq FROM log_end))`
	pgCallsKept = `SELECT (SELECT c.key FROM calls c WHERE c.number = e.call) FROM events e
		WHERE e.seq > $3 AND e.seq <= $4 AND e.kept >= $2 ` + pgLastBefore + ` ORDER BY e.seq`
)

const (
	// clocksApart is more than the clocks of two instances can differ by: by one that
	// is an hour wrong no session and no push would be let in.
	clocksApart = time.Hour
	// eventsAtOnce is how many events one reading looks through for their calls:
	// also from a cold disk some seconds, of the readFor that it has.
	eventsAtOnce = 10_000
)

// Clinician is whose call it is; see Reading.
func (s *postgresStore) Clinician(ctx context.Context, call string) (clinician string, err error) {
	err = s.readRow(ctx, "read whose call it is", []any{&clinician}, pgClinician, call)
	return clinician, err
}

// Load is how busy a clinician is; see Reading.
func (s *postgresStore) Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error) {
	return s.loadBut(ctx, clinician, now, "")
}

// loadBut leaves the call of a key out.
func (s *postgresStore) loadBut(ctx context.Context, clinician string, now time.Time, key string) (load careline.Load, err error) {
	err = s.readRow(ctx, "count a clinician's calls", []any{&load.Recent, &load.Live}, pgLoad, storable(clinician), now.UnixMicro(), storable(key))
	return load, err
}

// CallsOf are a patient's calls; see Reading.
func (s *postgresStore) CallsOf(ctx context.Context, patient careline.Reference) ([]string, error) {
	return readAll[string](ctx, s, "read a patient's calls", pgCallsOfPatient, string(patient))
}

// CallsKept are the calls of a time; see Reading.
func (s *postgresStore) CallsKept(ctx context.Context, from, to time.Time) ([]string, error) {
	return s.callsKept(ctx, from, to, eventsAtOnce)
}

// callsKept looks through some events after the other. A call of which something
// is heard meanwhile has its last event behind all of them.
func (s *postgresStore) callsKept(ctx context.Context, from, to time.Time, atOnce int64) (keys []string, err error) {
	place, err := s.place(ctx, from.Add(-clocksApart))
	if err != nil {
		return nil, err
	}
	end, err := s.place(ctx, to.Add(clocksApart))
	for ; err == nil && place < end; place += atOnce {
		var some []string
		some, err = readAll[string](ctx, s, "read the calls of a time", pgCallsKept,
			to.UnixMicro(), from.UnixMicro(), place, min(place+atOnce, end))
		keys = append(keys, some...)
	}
	return keys, err
}

// place is where the log came to at a time, as well as the clocks agree.
func (s *postgresStore) place(ctx context.Context, at time.Time) (seq int64, err error) {
	err = s.readRow(ctx, "find a time's place in the log", []any{&seq}, "SELECT place_1($1)", at.UnixMicro())
	return seq, err
}

// CallsSince are a clinician's calls that changed; see Following.
func (s *postgresStore) CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error) {
	newest, err := s.Newest(ctx)
	if err != nil {
		return nil, err
	}
	sql := pgCallsOfClinician
	if newest-seq <= tail {
		sql = pgCallsOfEvents
	}
	return readAll[string](ctx, s, "read a clinician's calls", sql, clinician, seq)
}

// LiveSince is where a clinician's live calls begin; see Following.
func (s *postgresStore) LiveSince(ctx context.Context, clinician string, now time.Time) (seq int64, err error) {
	err = s.readRow(ctx, "find a clinician's live calls", []any{&seq}, pgLiveSince,
		clinician, now.Add(-liveFor).UnixMicro(), now.Add(-silentFor).UnixMicro())
	return seq, err
}

// Newest is the last place in the log; see Following.
func (s *postgresStore) Newest(ctx context.Context) (seq int64, err error) {
	err = s.readRow(ctx, "read the log's end", []any{&seq}, pgNewest)
	return seq, err
}
