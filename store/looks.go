package store

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

// Unsettled are calls that are to be looked at by the time now, at most limit, the
// longest waiting first; and how many there are in all.
func (s *sqliteStore) Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error) {
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

// LookAgain sets when the call is looked at next; zero: not again. A call whose
// outcome is known meanwhile stays so.
func (s *sqliteStore) LookAgain(ctx context.Context, call string, at time.Time) error {
	return s.write(ctx, "put a look off", func(t *tx) error {
		q := t.query(sqlLookAgain).text(call)
		if at.IsZero() {
			return q.int(0).exec()
		}
		return q.time(at).exec()
	})
}
