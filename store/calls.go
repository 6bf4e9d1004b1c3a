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
	// silentFor is how long a call may go on without any report: Twilio reports
	// that it dials, at once, and at the latest that the ringing has ended, here
	// with a margin. A call of whose answer Twilio never learnt is never reported,
	// and must not keep its clinician from calling again.
	silentFor = 3 * time.Minute
	// tail is how many events are looked through for a clinician's rather than
	// the clinician's calls: whoever follows is nearly always this near the end.
	tail = 1000
)

// Load is how busy a clinician is at the time now: Recent, asked for in the last
// minute, refused or not; Live, not refused and not known to be over, of which
// the carrier has reported something and that began in the last four hours, or
// has reported nothing and that began in the last three minutes.
func (s *sqliteStore) Load(ctx context.Context, clinician string, now time.Time) (load careline.Load, err error) {
	err = s.read(ctx, "count a clinician's calls", func(c conn) error {
		load, err = c.load(clinician, now, 0)
		return err
	})
	return load, err
}

// load leaves the call of the number except out.
func (c conn) load(clinician string, now time.Time, except int64) (load careline.Load, err error) {
	q := c.query(sqlLoad).key(clinician).time(now.Add(-liveFor)).time(now.Add(-silentFor)).time(now.Add(-recentFor)).int(except)
	_, err = q.one(func(row *sqlite.Stmt) {
		load = careline.Load{Recent: row.ColumnInt(0), Live: row.ColumnInt(1)}
	})
	return load, err
}

// CallsSince are the keys of a clinician's calls, refused ones too, that have an
// event after seq, in the order of their newest events.
func (s *sqliteStore) CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error) {
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

// CallsOf are the keys of the calls whose request names this patient, in the
// order of their beginning.
func (s *sqliteStore) CallsOf(ctx context.Context, patient careline.Reference) ([]string, error) {
	var keys []string
	err := s.read(ctx, "read a patient's calls", func(c conn) error {
		return c.query(sqlCallsOfPatient).text(string(patient)).each(func(row *sqlite.Stmt) bool {
			keys = append(keys, row.ColumnText(0))
			return true
		})
	})
	return keys, err
}

// Clinician is whose call it is; empty when no request of it was kept, or the
// request named nobody.
func (s *sqliteStore) Clinician(ctx context.Context, call string) (string, error) {
	var clinician string
	err := s.read(ctx, "read whose call it is", func(c conn) error {
		_, err := c.query(sqlClinician).text(call).one(func(row *sqlite.Stmt) { clinician = row.ColumnText(0) })
		return err
	})
	return clinician, err
}
