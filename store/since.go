package store

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"
)

// LiveSince is the place in the log after which everything stands that a
// clinician who begins to look at the time now has to hear: before the first of
// those calls that may still be live, else the log's end.
func (s *sqliteStore) LiveSince(ctx context.Context, clinician string, now time.Time) (int64, error) {
	var seq int64
	err := s.read(ctx, "find a clinician's live calls", func(c conn) error {
		_, err := c.query(sqlLiveSince).key(clinician).time(now.Add(-liveFor)).time(now.Add(-silentFor)).
			one(func(row *sqlite.Stmt) { seq = row.ColumnInt64(0) })
		return err
	})
	return seq, err
}
