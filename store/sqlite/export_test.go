package sqlite

import (
	"context"
	"fmt"

	driver "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"perci.health/careline"
)

// FillDisk lets the database grow to pages more pages of 4 kB, as a disk that is
// nearly full does; FreeDisk takes the limit away.
func (s *Log) FillDisk(ctx context.Context, pages int) error {
	return s.do(ctx, "fill the disk", func(t *tx) error {
		have := 0
		count := func(row *driver.Stmt) error {
			have = row.ColumnInt(0)
			return nil
		}
		if err := sqlitex.ExecuteTransient(t.Conn, "PRAGMA page_count", &sqlitex.ExecOptions{ResultFunc: count}); err != nil {
			return err
		}
		return sqlitex.ExecuteTransient(t.Conn, fmt.Sprintf("PRAGMA max_page_count = %d", have+pages), nil)
	})
}

// FreeDisk undoes FillDisk.
func (s *Log) FreeDisk(ctx context.Context) error {
	return s.do(ctx, "free the disk", func(t *tx) error {
		return sqlitex.ExecuteTransient(t.Conn, "PRAGMA max_page_count = 1000000", nil)
	})
}

// Gather has keys move among the others when there are so many.
func (s *Log) Gather(ctx context.Context, keys int) error {
	return s.do(ctx, "gather fewer keys", func(t *tx) error {
		t.gather = keys
		return nil
	})
}

// Young counts the keys in memory that are to move, and that move.
func (s *Log) Young() (young, moving int) {
	y := s.engine.young
	y.mu.RLock()
	defer y.mu.RUnlock()
	return len(y.calls), len(y.moving)
}

// Spoilable makes Spoil fail by itself, without any fault of the disk.
func (s *Log) Spoilable(ctx context.Context) error {
	return s.do(ctx, "prepare to spoil a batch", func(t *tx) error {
		return sqlitex.ExecuteTransient(t.Conn, `CREATE TRIGGER spoil BEFORE INSERT ON events WHEN new.id = 'spoilt'
			BEGIN SELECT raise(ABORT, 'spoilt'); END`, nil)
	})
}

// Spoil is a request that fails in the transaction that it shares.
func (s *Log) Spoil(ctx context.Context) error {
	_, _, err := s.Append(ctx, careline.CallEvent{ID: "spoilt", Call: "spoilt", Kind: careline.KindProgress})
	return err
}

// Hold keeps the writer busy until release is called, so that a batch gathers.
func (s *Log) Hold(ctx context.Context) (release func()) {
	holding, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.do(ctx, "hold the writer", func(*tx) error {
			close(holding)
			<-free
			return nil
		})
	}()
	<-holding
	return func() { close(free) }
}
