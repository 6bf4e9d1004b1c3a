package sqlite

import (
	"context"
	"errors"
	"math"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// CallsAsked are calls by when they were asked for; see store.Auditing. The calls and
// their events are of one moment.
func (s *Log) CallsAsked(ctx context.Context, asked careline.AskedFor, limit int) ([]careline.Asked, error) {
	return s.asked(ctx, "read calls by when they were asked for", func(c conn) query { return c.callsAsked(asked, limit) })
}

// Callers are a call of each clinician who asked for any; see store.Auditing.
func (s *Log) Callers(ctx context.Context, from, to time.Time) ([]careline.Asked, error) {
	return s.asked(ctx, "read who asked for calls", func(c conn) query { return c.query(sqlCallers).time(from).time(to) })
}

// asked reads calls and their events.
func (s *Log) asked(ctx context.Context, doing string, ask func(conn) query) (calls []careline.Asked, err error) {
	err = s.read(ctx, doing, func(c conn) error {
		return c.snapshot(func() error {
			calls = nil
			err := ask(c).each(func(row *sqlite.Stmt) bool {
				calls = append(calls, askedAt(row))
				return true
			})
			for i := range calls {
				if err != nil {
					return err
				}
				calls[i].Events, err = c.eventsAsked(calls[i])
			}
			return err
		})
	})

	if err != nil {
		return nil, err
	}
	return calls, nil
}

func (c conn) callsAsked(asked careline.AskedFor, limit int) query {
	before, number := asked.To, int64(math.MinInt64)
	if at := asked.After.At; !at.IsZero() && at.Before(before) {
		before, number = at, asked.After.Number
	}

	q := c.query(sqlOfAsked(asked)).int(asked.From.UnixMicro()).int(before.UnixMicro()).int(number).int(int64(limit))
	switch {
	case asked.Patient != "":
		return q.key(string(asked.Patient)).key(asked.Clinician)
	case asked.Clinician != "":
		return q.key(asked.Clinician)
	}
	return q
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

// askedAt reads in the order of askedColumns.
func askedAt(row *sqlite.Stmt) careline.Asked {
	key := row.ColumnText(1)
	return careline.Asked{
		Key:     key,
		Place:   careline.AskedPlace{At: timeAt(row, 3), Number: row.ColumnInt64(0)},
		Patient: careline.Reference(row.ColumnText(2)),
		Filing: careline.Filing{
			Call:    key,
			ID:      row.ColumnText(4),
			Version: row.ColumnText(5),
			Seq:     row.ColumnInt64(6),
			Tried:   row.ColumnBool(7),
			Doubted: row.ColumnBool(8),
		},
	}
}

func (c conn) eventsAsked(call careline.Asked) (events []careline.CallEvent, err error) {
	rows, err := c.eventsOf(call.Place.Number)
	for _, row := range rows {
		e, unreadable := row.Event(call.Key)
		err = errors.Join(err, unreadable)
		events = append(events, e)
	}
	return events, err
}
