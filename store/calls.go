package store

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

const (
	// recentFor is the minute of careline.Policy.PerMinute.
	recentFor = time.Minute
	// liveFor is how long a call can last: Twilio ends every call after four
	// hours (its timeLimit's maximum), so one that nothing was heard of for
	// longer is over, and a lost report does not keep a clinician from calling.
	liveFor = 4 * time.Hour
	// tail is how many events are looked through for a clinician's rather than
	// the clinician's calls: whoever follows is nearly always this near the end.
	tail = 1000
)

// Load is how busy a clinician is at the time now, counted from the calls that
// were requested and not refused: Recent, begun in the last minute; Live, not
// known to be over and begun in the last four hours.
func (s *Store) Load(ctx context.Context, clinician string, now time.Time) (careline.Load, error) {
	var load careline.Load
	err := s.read(ctx, "count a clinician's calls", func(c conn) error {
		q := c.query(sqlLoad).key(clinician).time(now.Add(-liveFor)).time(now.Add(-recentFor))
		_, err := q.one(func(row *sqlite.Stmt) {
			load = careline.Load{Recent: row.ColumnInt(0), Live: row.ColumnInt(1)}
		})
		return err
	})
	return load, err
}

// CallsSince are the keys of a clinician's calls, refused ones too, that have an
// event after seq, in the order of their newest events.
func (s *Store) CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error) {
	var keys []string
	err := s.read(ctx, "read a clinician's calls", func(c conn) error {
		var newest int64
		if _, err := c.query(sqlNewestSeq).one(func(row *sqlite.Stmt) { newest = row.ColumnInt64(0) }); err != nil {
			return err
		}
		sql := sqlCallsOfClinician
		if newest-seq <= tail {
			sql = sqlCallsOfEvents
		}
		return c.query(sql).key(clinician).int(seq).each(func(row *sqlite.Stmt) bool {
			keys = append(keys, row.ColumnText(0))
			return true
		})
	})
	return keys, err
}

// Clinician is whose call it is; empty when no request of it was kept, or the
// request named nobody.
func (s *Store) Clinician(ctx context.Context, call string) (string, error) {
	var clinician string
	err := s.read(ctx, "read whose call it is", func(c conn) error {
		_, err := c.query(sqlClinician).text(call).one(func(row *sqlite.Stmt) { clinician = row.ColumnText(0) })
		return err
	})
	return clinician, err
}
