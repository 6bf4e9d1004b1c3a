package store

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Doubted are the filings in doubt (careline.Filing.Doubted) whose last event was
// kept after since.
func (s *sqliteStore) Doubted(ctx context.Context, since time.Time) ([]careline.Filing, error) {
	var filings []careline.Filing
	err := s.read(ctx, "read filings in doubt", func(c conn) error {
		return c.query(sqlDoubted).time(since).each(func(row *sqlite.Stmt) bool {
			filings = append(filings, careline.Filing{Call: row.ColumnText(0), ID: row.ColumnText(1), Version: row.ColumnText(2),
				Seq: row.ColumnInt64(3), Tried: true, Doubted: true})
			return true
		})
	})
	return filings, err
}

// Newest is the last place in the log; 0 while it is empty.
func (s *sqliteStore) Newest(ctx context.Context) (int64, error) {
	var seq int64
	err := s.read(ctx, "read the log's end", func(c conn) error {
		_, err := c.query(sqlNewestSeq).one(func(row *sqlite.Stmt) { seq = row.ColumnInt64(0) })
		return err
	})
	return seq, err
}
