package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	sqlUnsettled = `SELECT c.key FROM calls c WHERE c.look > 0 AND c.look <= $1 ORDER BY c.look, c.number LIMIT $2`
	sqlToLookAt  = `SELECT count(*) FROM calls c WHERE c.look > 0 AND c.look <= $1`

	sqlKeepStray = `INSERT INTO strays (seq, id, attributes, data, why, kept) SELECT nextval('strays_seq'), $1, $2, $3, $4, $5
		WHERE NOT EXISTS (SELECT FROM strays s WHERE s.id = $1)`
	sqlStrays    = `SELECT s.seq, s.id, s.attributes, s.data, s.why, s.kept FROM strays s WHERE s.seq BETWEEN $1 AND $2 ORDER BY s.seq`
	sqlDropStray = `DELETE FROM strays s WHERE s.seq = $1`
)

// Unsettled are calls to be looked at; see store.Unsettled.
func (s *Store) Unsettled(ctx context.Context, now time.Time, limit int) (calls []string, all int, err error) {
	calls, err = readAll[string](ctx, s, "look for calls without an outcome", sqlUnsettled, now.UnixMicro(), limit)
	if err == nil {
		err = s.readRow(ctx, "count the calls without an outcome", []any{&all}, sqlToLookAt, now.UnixMicro())
	}
	return calls, all, err
}

// KeepStray keeps a message; see store.Strays.
func (s *Store) KeepStray(ctx context.Context, m careline.Stray) error {
	attributes := ""
	if m.Attributes != nil {
		b, err := json.Marshal(m.Attributes)
		if err != nil {
			return fmt.Errorf("write a message's attributes: %w", err)
		}
		attributes = string(b)
	}

	_, err := s.exec(ctx, "keep a message that nobody can read", true, sqlKeepStray,
		store.Storable(m.ID), attributes, m.Data, store.Storable(m.Why), s.config.Now().UnixMicro())
	return err
}

// Strays are the messages kept; see store.Strays.
func (s *Store) Strays(ctx context.Context) ([]careline.Stray, error) {
	return s.straysBetween(ctx, 0, math.MaxInt64)
}

// Stray is one of them; see store.Strays.
func (s *Store) Stray(ctx context.Context, seq int64) (careline.Stray, error) {
	found, err := s.straysBetween(ctx, seq, seq)
	if err != nil {
		return careline.Stray{}, err
	}
	return store.OnlyStray(found, seq)
}

func (s *Store) straysBetween(ctx context.Context, first, last int64) (strays []careline.Stray, err error) {
	err = s.read(ctx, "read the messages that nobody can read", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlStrays, first, last)
		if err != nil {
			return err
		}
		strays, err = pgx.CollectRows(rows, strayOf)
		return err
	})
	return strays, err
}

func strayOf(row pgx.CollectableRow) (m careline.Stray, err error) {
	var attributes []byte
	var kept pgtype.Int8
	if err := row.Scan(&m.Seq, &m.ID, &attributes, &m.Data, &m.Why, &kept); err != nil {
		return m, err
	}

	m.Kept = timeOf(kept)
	if len(attributes) > 0 {
		err = json.Unmarshal(attributes, &m.Attributes)
	}
	return m, err
}

// CountStrays is how many are kept; see store.Strays.
func (s *Store) CountStrays(ctx context.Context) (n int, err error) {
	err = s.readRow(ctx, "count the messages that nobody can read", []any{&n}, "SELECT count(*) FROM strays")
	return n, err
}

// DropStray forgets a message; see store.Strays.
func (s *Store) DropStray(ctx context.Context, seq int64) error {
	rows, err := s.exec(ctx, "drop a message that nobody can read", false, sqlDropStray, seq)
	if err == nil && rows == 0 {
		return store.NoStray(seq)
	}
	return err
}
