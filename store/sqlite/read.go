package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// tail is how many events are looked through for a clinician's rather than the
// clinician's calls: whoever follows is nearly always this near the end.
const tail = 1000

// eventWidth is how many columns eventColumns names.
const eventWidth = 6

// eventRowAt reads in the order of eventColumns.
func eventRowAt(row *sqlite.Stmt) store.EventRow {
	return store.EventRow{
		Seq:     row.ColumnInt64(0),
		Call:    row.ColumnInt64(1),
		ID:      row.ColumnText(2),
		Kept:    timeAt(row, 3),
		Besides: row.ColumnText(4),
		Body:    bytesAt(row, 5),
	}
}

// events puts them in order itself: SQLite would write each of its rows, bodies and
// all, into a table of its own to do so.
func (c conn) events(q query) (events []store.EventRow, err error) {
	err = q.each(func(row *sqlite.Stmt) bool {
		events = append(events, eventRowAt(row))
		return true
	})
	slices.SortFunc(events, func(a, b store.EventRow) int { return cmp.Compare(a.Seq, b.Seq) })
	return events, err
}

func (c conn) eventsOf(number int64) ([]store.EventRow, error) {
	return c.events(c.query(sqlEventsOf).int(number))
}

// snapshot has do read more than once of what was committed when it began.
func (c conn) snapshot(do func() error) error {
	if err := c.query("BEGIN").exec(); err != nil {
		return err
	}
	return errors.Join(do(), c.query("ROLLBACK").exec())
}

// Events are all that the log holds for a call; see Reading.
func (s *Log) Events(ctx context.Context, call string) (events []careline.CallEvent, err error) {
	err = s.read(ctx, "read a call's events", func(c conn) error {
		rows, err := c.events(c.own(sqlOwnEvents, call))
		for _, row := range rows {
			e, unreadable := row.Event(call)
			err = errors.Join(err, unreadable)
			events = append(events, e)
		}
		return err
	})

	if err != nil {
		return nil, err
	}
	return events, nil
}

// CallOf is the call that a leg belongs to; see Joined.
func (s *Log) CallOf(ctx context.Context, leg string) (call string, err error) {
	err = s.read(ctx, "read which call a leg belongs to", func(c conn) error {
		number, err := c.number(leg)
		if err != nil || number == 0 {
			return err
		}
		_, err = c.query(sqlCallOf).int(number).one(func(row *sqlite.Stmt) { call = row.ColumnText(0) })
		return err
	})
	return call, err
}

// Clinician is whose call it is; see Reading.
func (s *Log) Clinician(ctx context.Context, call string) (clinician string, err error) {
	err = s.read(ctx, "read whose call it is", func(c conn) error {
		_, err := c.own(sqlClinician, call).one(func(row *sqlite.Stmt) { clinician = row.ColumnText(0) })
		return err
	})
	return clinician, err
}

// Load is how busy a clinician is; see Reading.
func (s *Log) Load(ctx context.Context, clinician string, now time.Time) (load careline.Load, err error) {
	err = s.read(ctx, "count a clinician's calls", func(c conn) error {
		return c.eachCounted(clinician, now, func(_ int64, of careline.Standing) { load = store.Tally(load, of, now) })
	})
	return load, err
}

// CallsOf are a patient's calls; see Reading.
func (s *Log) CallsOf(ctx context.Context, patient careline.Reference) ([]string, error) {
	return s.keys(ctx, "read a patient's calls", func(c conn) (query, error) {
		return c.query(sqlCallsOfPatient).text(string(patient)), nil
	})
}

// CallsKept are the calls of a time; see Reading.
func (s *Log) CallsKept(ctx context.Context, from, to time.Time) ([]string, error) {
	return s.keys(ctx, "look for calls by their newest events", func(c conn) (query, error) {
		return c.query(sqlCallsKept).time(from).time(to), nil
	})
}

// CallsSince are a clinician's calls that have changed; see Following.
func (s *Log) CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error) {
	return s.keys(ctx, "read a clinician's calls", func(c conn) (query, error) {
		newest, err := c.newest()
		if newest-seq <= tail {
			return c.query(sqlCallsOfEvents).key(clinician).int(seq), err
		}
		return c.query(sqlCallsOfClinician).key(clinician).int(seq), err
	})
}

// keys reads the keys of calls, which stand in the first column.
func (s *Log) keys(ctx context.Context, doing string, ask func(conn) (query, error)) (keys []string, err error) {
	err = s.read(ctx, doing, func(c conn) error {
		q, err := ask(c)
		if err != nil {
			return err
		}
		return q.each(func(row *sqlite.Stmt) bool {
			keys = append(keys, row.ColumnText(0))
			return true
		})
	})
	return keys, err
}

// Rings tell of one party ringing the other; see Following.
func (s *Log) Rings(ctx context.Context, seq int64, from time.Time, limit int) (events []careline.CallEvent, err error) {
	err = s.read(ctx, "read who rang whom", func(c conn) error {
		var unreadable error
		err := c.query(sqlRings).int(seq).time(from).int(int64(limit)).each(func(row *sqlite.Stmt) bool {
			e, err := eventRowAt(row).Event(row.ColumnText(eventWidth))
			unreadable, events = errors.Join(unreadable, err), append(events, e)
			return true
		})
		return errors.Join(err, unreadable)
	})

	if err != nil {
		return nil, err
	}
	return events, nil
}

// LiveSince is where a clinician's live calls begin; see Following.
func (s *Log) LiveSince(ctx context.Context, clinician string, now time.Time) (seq int64, err error) {
	err = s.read(ctx, "find a clinician's live calls", func(c conn) error {
		return c.snapshot(func() (err error) {
			seq, err = c.liveSince(clinician, now)
			return err
		})
	})
	return seq, err
}

func (c conn) liveSince(clinician string, now time.Time) (seq int64, err error) {
	var live []int64
	err = c.eachCounted(clinician, now, func(number int64, of careline.Standing) {
		if of.LiveAt(now) {
			live = append(live, number)
		}
	})
	if err != nil {
		return 0, err
	}

	if seq, err = c.newest(); err != nil {
		return 0, err
	}
	for _, number := range live {
		_, err = c.query(sqlFirstOf).int(number).one(func(row *sqlite.Stmt) {
			if !row.ColumnIsNull(0) {
				seq = min(seq, row.ColumnInt64(0)-1)
			}
		})
		if err != nil {
			return 0, err
		}
	}
	return seq, nil
}

// Newest is the last place in the log; 0 while it is empty. Nobody else can write, so that
// it is known once something was written here.
func (s *Log) Newest(ctx context.Context) (seq int64, err error) {
	if seq := s.engine.newest.Load(); seq > 0 {
		return seq, nil
	}
	err = s.read(ctx, "read the log's end", func(c conn) error {
		seq, err = c.newest()
		return err
	})
	return seq, err
}

func (c conn) newest() (seq int64, err error) {
	_, err = c.query(sqlNewestSeq).one(func(row *sqlite.Stmt) { seq = row.ColumnInt64(0) })
	return seq, err
}

// Filing is where the call stands in the health record; see Filings.
func (s *Log) Filing(ctx context.Context, call string) (f careline.Filing, err error) {
	err = s.read(ctx, "read a filing", func(c conn) error {
		number, err := c.number(call)
		if err != nil {
			return err
		}
		f, err = c.filing(number, call)
		return err
	})
	return f, err
}

func (c conn) filing(number int64, call string) (careline.Filing, error) {
	f := careline.Filing{Call: call}
	_, err := c.numbered(sqlFiling, number, call).one(func(row *sqlite.Stmt) {
		f.ID, f.Version, f.Seq = row.ColumnText(0), row.ColumnText(1), row.ColumnInt64(2)
		f.Tried, f.Doubted = row.ColumnBool(3), row.ColumnBool(4)
	})
	return f, err
}

// Doubted are the filings in doubt; see Filings.
func (s *Log) Doubted(ctx context.Context, since time.Time) (filings []careline.Filing, err error) {
	err = s.read(ctx, "read filings in doubt", func(c conn) error {
		return c.query(sqlDoubted).time(since).each(func(row *sqlite.Stmt) bool {
			filings = append(filings, careline.Filing{
				Call:    row.ColumnText(0),
				ID:      row.ColumnText(1),
				Version: row.ColumnText(2),
				Seq:     row.ColumnInt64(3),
				Of:      row.ColumnText(4),
				Tried:   true,
				Doubted: true,
			})
			return true
		})
	})

	return filings, err
}

// Unsettled are calls to be looked at; see store.Unsettled.
func (s *Log) Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error) {
	err = s.read(ctx, "look for calls without an outcome", func(c conn) error {
		err := c.query(sqlUnsettled).time(now).int(int64(limit)).each(func(row *sqlite.Stmt) bool {
			calls = append(calls, row.ColumnText(0))
			return true
		})
		if err != nil {
			return err
		}
		_, err = c.query(sqlToLookAt).time(now).one(func(row *sqlite.Stmt) { all = row.ColumnInt(0) })
		return err
	})
	return calls, all, err
}
