package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	askedColumns = `c.number, c.key, c.patient, coalesce(c.begun, c.first), coalesce(f.id, ''), coalesce(f.version, ''),
		coalesce(f.seq, 0), coalesce(f.tried, false), coalesce(f.doubted, false)`
	filedAsked = `LEFT JOIN filings f ON f.call = c.number AND f.of = '' `
	// After a place: of the same time come those with lower numbers.
	sqlCallsAsked = `SELECT ` + askedColumns + ` FROM calls c ` + filedAsked + `WHERE c.joined IS NULL AND NOT c.aside
		AND coalesce(c.begun, c.first) BETWEEN $1 AND $2 AND (coalesce(c.begun, c.first), c.number) < ($2::bigint, $3::bigint)`
	inOrderAsked    = ` ORDER BY coalesce(c.begun, c.first) DESC, c.number DESC LIMIT $4`
	sqlCallsAskedBy = `SELECT ` + askedColumns + ` FROM calls c ` + filedAsked + `WHERE c.joined IS NULL AND NOT c.aside
		AND c.clinician = $5 AND c.begun BETWEEN $1 AND $2 AND (c.begun, c.number) < ($2::bigint, $3::bigint)`
	inOrderAskedBy  = ` ORDER BY c.begun DESC, c.number DESC LIMIT $4`
	sqlCallsAskedOf = `SELECT ` + askedColumns + ` FROM calls c ` + filedAsked + `WHERE c.joined IS NULL AND NOT c.aside
		AND c.patient = $5 AND c.patient <> '' AND ($6 = '' OR c.clinician = $6)
		AND coalesce(c.begun, c.first) BETWEEN $1 AND $2 AND (coalesce(c.begun, c.first), c.number) < ($2::bigint, $3::bigint)`
	// By the IDs of the events, which begin with the carrier's for a recording (see sqlSounds).
	andRecorded = ` AND EXISTS (SELECT FROM log_events r WHERE r.call = c.number AND r.id LIKE 'RE%/%')`
	andGoing    = ` AND (NOT c.over OR c.room)`
	sqlCallers  = `SELECT ` + askedColumns + ` FROM calls c ` + filedAsked + `WHERE c.number IN (
		SELECT max(m.number) FROM calls m WHERE m.joined IS NULL AND NOT m.aside
			AND coalesce(m.begun, m.first) >= $1 AND coalesce(m.begun, m.first) < $2 AND m.clinician <> '' GROUP BY m.clinician)`
)

// CallsAsked are calls by when they were asked for; see store.Auditing. Their events are
// read after them: of a call that was forgotten meanwhile there are none.
func (s *Store) CallsAsked(ctx context.Context, asked careline.AskedFor, limit int) ([]careline.Asked, error) {
	sql, args := sqlOfAsked(asked), askedArgs(asked, limit)
	return s.asked(ctx, "read calls by when they were asked for", sql, args...)
}

// Callers are a call of each clinician who asked for any; see store.Auditing.
func (s *Store) Callers(ctx context.Context, from, to time.Time) ([]careline.Asked, error) {
	return s.asked(ctx, "read who asked for calls", sqlCallers, from.UnixMicro(), to.UnixMicro())
}

// asked reads calls and their events.
func (s *Store) asked(ctx context.Context, doing, sql string, args ...any) (calls []careline.Asked, err error) {
	err = s.read(ctx, doing, func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		if calls, err = pgx.CollectRows(rows, askedOf); err != nil || len(calls) == 0 {
			return err
		}
		return eventsAsked(ctx, c, calls)
	})
	if err != nil {
		return nil, err
	}
	return calls, nil
}

func askedArgs(asked careline.AskedFor, limit int) []any {
	before, number := asked.To, int64(math.MinInt64)
	if at := asked.After.At; !at.IsZero() && at.Before(before) {
		before, number = at, asked.After.Number
	}

	args := []any{asked.From.UnixMicro(), before.UnixMicro(), number, limit}
	switch clinician := store.Storable(asked.Clinician); {
	case asked.Patient != "":
		args = append(args, store.Storable(string(asked.Patient)), clinician)
	case asked.Clinician != "":
		args = append(args, clinician)
	}
	return args
}

func sqlOfAsked(asked careline.AskedFor) string {
	sql, order := sqlCallsAsked, inOrderAsked
	switch {
	case asked.Patient != "":
		sql = sqlCallsAskedOf
	case asked.Clinician != "":
		sql, order = sqlCallsAskedBy, inOrderAskedBy
	}

	if asked.Recorded {
		sql += andRecorded
	}
	if asked.Going {
		sql += andGoing
	}
	return sql + order
}

// askedOf reads in the order of askedColumns.
func askedOf(row pgx.CollectableRow) (a careline.Asked, err error) {
	var at pgtype.Int8
	f := &a.Filing
	err = row.Scan(&a.Place.Number, &a.Key, &a.Patient, &at, &f.ID, &f.Version, &f.Seq, &f.Tried, &f.Doubted)
	a.Place.At, f.Call = timeOf(at), a.Key
	return a, err
}

// eventsAsked reads the events of all of them at once.
func eventsAsked(ctx context.Context, c *pgxpool.Conn, calls []careline.Asked) error {
	numbers, at := make([]int64, len(calls)), make(map[int64]*careline.Asked, len(calls))
	for i := range calls {
		numbers[i], at[calls[i].Place.Number] = calls[i].Place.Number, &calls[i]
	}

	rows, err := c.Query(ctx, sqlWhole, numbers)
	if err != nil {
		return err
	}
	var e eventScan
	_, err = pgx.ForEachRow(rows, e.dest(), func() error {
		row := e.row()
		of := at[row.Call]
		one, err := row.Event(of.Key)
		of.Events = append(of.Events, one)
		return err
	})
	return err
}
