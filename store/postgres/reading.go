package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	// sqlOwn is the call c that has the key k itself, not by a leg.
	sqlOwn          = `FROM keys k JOIN calls c ON c.number = k.call AND c.key = k.key`
	sqlEventsOfCall = `SELECT ` + sqlEvent + ` ` + sqlOwn + ` JOIN log_events e ON e.call = c.number WHERE k.key = $1 ORDER BY e.seq + 0`
	sqlClinician    = `SELECT coalesce(c.clinician, '') ` + sqlOwn + ` WHERE k.key = $1`
	sqlCallOf       = `SELECT o.key FROM keys k JOIN calls c ON c.number = k.call JOIN calls o ON o.number = coalesce(c.joined, c.number) WHERE k.key = $1`
	sqlPatient      = `SELECT c.key FROM calls c WHERE c.patient = $1 AND c.patient <> '' ORDER BY c.number`

	// Whoever follows is nearly always near the log's end; further back the
	// clinician's calls are fewer than the events.
	sqlCallsOfEvents = `SELECT q.key FROM (SELECT c.key, max(e.seq) AS newest FROM log_events e JOIN calls c ON c.number = e.call
		WHERE e.seq > $2 AND c.clinician = $1 GROUP BY c.key) q ORDER BY q.newest`
	sqlCallsOfClinician = `SELECT q.key FROM (SELECT c.key, (SELECT max(e.seq + 0) FROM log_events e WHERE e.call = c.number) AS newest
		FROM calls c WHERE c.clinician = $1) q WHERE q.newest > $2 ORDER BY q.newest`
	sqlRings = `SELECT ` + sqlEvent + `, c.key FROM log_events e JOIN calls c ON c.number = e.call
		WHERE e.seq > $1 AND (e.id LIKE '%/request' OR e.id LIKE '%/inbound%') AND e.kept >= $2 ORDER BY e.seq LIMIT $3`
	sqlNewest = `SELECT l.seq FROM log_end l`
	sqlBegun  = `SELECT c.begun, c.heard, c.over, (SELECT min(e.seq + 0) FROM log_events e WHERE e.call = c.number)
		FROM calls c WHERE c.clinician = $1 AND c.begun > $2`
)

// tail is how many events are looked through for a clinician's, rather than all calls
// of the clinician.
const tail = 1000

// Events are all that the log holds for a call; see store.Reading.
func (s *Store) Events(ctx context.Context, call string) (events []careline.CallEvent, err error) {
	err = s.read(ctx, "read a call's events", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlEventsOfCall, call)
		if err != nil {
			return err
		}

		events = nil
		var e eventScan
		_, err = pgx.ForEachRow(rows, e.dest(), func() error {
			one, err := e.row().Event(call)
			events = append(events, one)
			return err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// Clinician is whose call it is; see store.Reading.
func (s *Store) Clinician(ctx context.Context, call string) (clinician string, err error) {
	err = s.readRow(ctx, "read whose call it is", []any{&clinician}, sqlClinician, call)
	return clinician, err
}

// CallOf is the call that a leg belongs to; see store.Joined.
func (s *Store) CallOf(ctx context.Context, leg string) (call string, err error) {
	err = s.readRow(ctx, "read which call a leg belongs to", []any{&call}, sqlCallOf, leg)
	return call, err
}

// Load is how busy a clinician is; see store.Reading.
func (s *Store) Load(ctx context.Context, clinician string, now time.Time) (load careline.Load, err error) {
	err = s.begun(ctx, "count a clinician's calls", clinician, now, func(one careline.Standing, _ int64) {
		load = store.Tally(load, one, now)
	})
	return load, err
}

// begun hands over a clinician's calls that began lately enough to count, with the
// place of their first event.
func (s *Store) begun(ctx context.Context, doing, clinician string, now time.Time, each func(one careline.Standing, first int64)) error {
	type call struct {
		careline.Standing
		first int64
	}
	var all []call
	err := s.read(ctx, doing, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlBegun, store.Storable(clinician), store.Counted(now).UnixMicro())
		if err != nil {
			return err
		}

		all = nil
		var begun, first pgtype.Int8
		one := careline.Standing{Requested: true, Clinician: clinician}
		_, err = pgx.ForEachRow(rows, []any{&begun, &one.Heard, &one.Over, &first}, func() error {
			one.Begun = timeOf(begun)
			all = append(all, call{one, first.Int64})
			return nil
		})
		return err
	})
	for _, one := range all {
		each(one.Standing, one.first)
	}
	return err
}

// CallsOf are a patient's calls; see store.Reading.
func (s *Store) CallsOf(ctx context.Context, patient careline.Reference) ([]string, error) {
	return readAll[string](ctx, s, "read a patient's calls", sqlPatient, string(patient))
}

// CallsSince are a clinician's calls that changed; see store.Following.
func (s *Store) CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error) {
	newest, err := s.Newest(ctx)
	if err != nil {
		return nil, err
	}

	sql := sqlCallsOfClinician
	if newest-seq <= tail {
		sql = sqlCallsOfEvents
	}
	return readAll[string](ctx, s, "read a clinician's calls", sql, clinician, seq)
}

// Rings tell of one party ringing the other; see store.Following.
func (s *Store) Rings(ctx context.Context, seq int64, from time.Time, limit int) (events []careline.CallEvent, err error) {
	err = s.read(ctx, "read who rang whom", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlRings, seq, from.UnixMicro(), limit)
		if err != nil {
			return err
		}

		events = nil
		var e eventScan
		var key string
		_, err = pgx.ForEachRow(rows, append(e.dest(), &key), func() error {
			one, err := e.row().Event(key)
			events = append(events, one)
			return err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return events, nil
}

// LiveSince is where a clinician's live calls begin; see store.Following.
func (s *Store) LiveSince(ctx context.Context, clinician string, now time.Time) (int64, error) {
	seq, err := s.Newest(ctx)
	if err != nil {
		return 0, err
	}
	err = s.begun(ctx, "find a clinician's live calls", clinician, now, func(one careline.Standing, first int64) {
		if first > 0 && one.LiveAt(now) {
			seq = min(seq, first-1)
		}
	})
	return seq, err
}

// Newest is the last place in the log; see store.Following.
func (s *Store) Newest(ctx context.Context) (seq int64, err error) {
	err = s.readRow(ctx, "read the log's end", []any{&seq}, sqlNewest)
	return seq, err
}
