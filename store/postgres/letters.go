package postgres

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	sqlDead = `SELECT ` + sqlEvent + `, c.key, d.attempts, d.buried, d.cause FROM dead_letters d JOIN log_events e ON e.seq = d.seq
		JOIN calls c ON c.number = e.call WHERE d.consumer = $1 AND d.seq BETWEEN $2 AND $3 ORDER BY d.seq`
	sqlDiscard = `DELETE FROM dead_letters d WHERE d.consumer = $1 AND d.seq = $2`
	// $2: the consumer gets few events.
	sqlBacklog = `WITH waiting AS (SELECT cardinality(r.again) + w.n AS n, least(r.again[1], w.first) AS first FROM cursors r
		CROSS JOIN LATERAL (SELECT count(*) AS n, min(e.seq + 0) AS first FROM log_events e
			WHERE e.call = r.call AND e.seq + 0 > r.done AND (NOT $2 OR e.besides = r.consumer)) w WHERE r.consumer = $1)
		SELECT (SELECT coalesce(sum(w.n), 0)::bigint FROM waiting w), (SELECT count(*) FROM dead_letters d WHERE d.consumer = $1),
			(SELECT e.kept FROM log_events e WHERE e.seq = (SELECT min(w.first) FROM waiting w))`
)

// Dead are a consumer's dead letters; see store.Letters.
func (s *Store) Dead(ctx context.Context, consumer string) ([]store.Dead, error) {
	return s.deadBetween(ctx, consumer, 0, math.MaxInt64)
}

// DeadOne is one dead letter; see store.Letters.
func (s *Store) DeadOne(ctx context.Context, consumer string, seq int64) (store.Dead, error) {
	found, err := s.deadBetween(ctx, consumer, seq, seq)
	if err != nil {
		return store.Dead{}, err
	}
	return store.OnlyDead(found, consumer, seq)
}

func (s *Store) deadBetween(ctx context.Context, consumer string, first, last int64) (dead []store.Dead, err error) {
	err = s.read(ctx, "read the dead letters", func(ctx context.Context, c *pgxpool.Conn) error {
		rows, err := c.Query(ctx, sqlDead, consumer, first, last)
		if err != nil {
			return err
		}

		dead = nil
		var e eventScan
		var key string
		var buried pgtype.Int8
		one := store.Dead{Delivery: careline.Delivery{Consumer: consumer}}
		_, err = pgx.ForEachRow(rows, append(e.dest(), &key, &one.Delivery.Attempts, &buried, &one.Cause), func() (err error) {
			one.Buried = timeOf(buried)
			one.Delivery.Event, err = e.row().Event(key)
			dead = append(dead, one)
			return err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return dead, nil
}

// Discard drops a dead letter; see store.Letters.
func (s *Store) Discard(ctx context.Context, consumer string, seq int64) error {
	rows, err := s.exec(ctx, "discard a dead letter", false, sqlDiscard, consumer, seq)
	if err == nil && rows == 0 {
		return store.NoDeadLetter(consumer, seq)
	}
	return err
}

// Backlog counts a consumer's deliveries; see store.Letters.
func (s *Store) Backlog(ctx context.Context, consumer string) (pending, dead int, oldest time.Time, err error) {
	var kept pgtype.Int8
	err = s.readRow(ctx, "count the deliveries", []any{&pending, &dead, &kept}, sqlBacklog, consumer, slices.Contains(s.config.Outbound, consumer))
	return pending, dead, timeOf(kept), err
}
