package store

import (
	"context"
	"fmt"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// NotDurable is c without fsync: what the same work costs a disk that is free.
func NotDurable(c Config) Config {
	c.notDurable = true
	return c
}

// FillDisk lets the database grow to pages more pages of 4 kB, as a disk that is
// nearly full does; FreeDisk takes the limit away.
func (s *sqliteStore) FillDisk(ctx context.Context, pages int) error {
	return s.write(ctx, "fill the disk", func(t *tx) error {
		var have int
		if err := sqlitex.ExecuteTransient(t.Conn, "PRAGMA page_count", &sqlitex.ExecOptions{ResultFunc: countInto(&have)}); err != nil {
			return err
		}
		return sqlitex.ExecuteTransient(t.Conn, fmt.Sprintf("PRAGMA max_page_count = %d", have+pages), nil)
	})
}

// FreeDisk undoes FillDisk.
func (s *sqliteStore) FreeDisk(ctx context.Context) error {
	return s.write(ctx, "free the disk", func(t *tx) error {
		return sqlitex.ExecuteTransient(t.Conn, "PRAGMA max_page_count = 1000000", nil)
	})
}

// Spoil fails by itself, after writing, without any fault of the disk.
func (s *sqliteStore) Spoil(ctx context.Context) error {
	return s.write(ctx, "spoil the batch", func(t *tx) error {
		return t.query("INSERT INTO keys (key, call) VALUES ('spoilt', NULL)").exec()
	})
}

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (s *sqliteStore) Hold(ctx context.Context) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.write(ctx, "hold the writer", func(*tx) error {
			close(holding)
			<-free
			return nil
		})
	}()
	<-holding
	return func() { close(free) }
}

// Waiting is how many requests wait for the writer.
func (s *sqliteStore) Waiting() int { return s.writer.queue.len() }

func countInto(n *int) func(*sqlite.Stmt) error {
	return func(row *sqlite.Stmt) error {
		*n = row.ColumnInt(0)
		return nil
	}
}

// SQLite is a Store in a file.
type SQLite = sqliteStore

// Holder is a Store whose writer a test can keep busy.
type Holder interface {
	// Hold keeps the writer busy until release is called, so that a batch gathers.
	Hold(ctx context.Context) (release func())
	// Waiting is how many requests wait for the writer.
	Waiting() int
}
