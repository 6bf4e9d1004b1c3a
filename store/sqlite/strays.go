package sqlite

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// KeepStray keeps a message, durably, before it returns; one of the same ID is
// kept once.
func (s *Log) KeepStray(ctx context.Context, m careline.Stray) error {
	var attributes []byte
	if m.Attributes != nil {
		var err error
		if attributes, err = json.Marshal(m.Attributes); err != nil {
			return fmt.Errorf("write a message's attributes: %w", err)
		}
	}
	return s.do(ctx, "keep a message that nobody can read", func(t *tx) error {
		return t.query(sqlKeepStray).text(m.ID).bytes(attributes).bytes(m.Data).text(m.Why).time(s.config.Now()).exec()
	})
}

// Strays are those kept, in the order of their coming.
func (s *Log) Strays(ctx context.Context) ([]careline.Stray, error) {
	return s.straysBetween(ctx, 0, math.MaxInt64)
}

// Stray is one of them; see Strays of the contract.
func (s *Log) Stray(ctx context.Context, seq int64) (careline.Stray, error) {
	found, err := s.straysBetween(ctx, seq, seq)
	if err != nil {
		return careline.Stray{}, err
	}
	return store.OnlyStray(found, seq)
}

func (s *Log) straysBetween(ctx context.Context, first, last int64) ([]careline.Stray, error) {
	var strays []careline.Stray
	var unreadable error

	err := s.read(ctx, "read the messages that nobody can read", func(c conn) error {
		err := c.query(sqlStrays).int(first).int(last).each(func(row *sqlite.Stmt) bool {
			var m careline.Stray
			m, unreadable = strayAt(row)
			strays = append(strays, m)
			return unreadable == nil
		})
		if err != nil {
			return err
		}
		return unreadable
	})

	if err != nil {
		return nil, err
	}
	return strays, nil
}

// CountStrays is how many are kept.
func (s *Log) CountStrays(ctx context.Context) (n int, err error) {
	err = s.read(ctx, "count the messages that nobody can read", func(c conn) error {
		_, err := c.query(sqlAllStrays).one(func(row *sqlite.Stmt) { n = row.ColumnInt(0) })
		return err
	})
	return n, err
}

// DropStray forgets one, by its Seq. An error of code not-found says that there is
// none.
func (s *Log) DropStray(ctx context.Context, seq int64) error {
	var found bool
	err := s.do(ctx, "drop a message that nobody can read", func(t *tx) error {
		err := t.query(sqlDropStray).int(seq).exec()
		found = t.Changes() > 0
		return err
	})
	if err == nil && !found {
		return store.NoStray(seq)
	}
	return err
}
