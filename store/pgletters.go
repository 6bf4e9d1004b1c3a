package store

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	pgDead = pgColumns + `, d.attempts, d.buried, d.cause FROM dead_letters d JOIN events e ON e.seq = d.seq
		JOIN calls c ON c.number = e.call WHERE d.consumer = $1 AND d.seq BETWEEN $2 AND $3 ORDER BY d.seq`
	// The oldest that waits is the first of its call, and those have a time.
	pgBacklog = `SELECT (SELECT count(*) FROM deliveries d WHERE d.consumer = $1),
		(SELECT count(*) FROM dead_letters d WHERE d.consumer = $1),
		(SELECT e.kept FROM events e WHERE e.seq = (SELECT min(d.seq) FROM deliveries d WHERE d.consumer = $1 AND d.due IS NOT NULL))`
)

// Dead are a consumer's dead letters; see Letters.
func (s *postgresStore) Dead(ctx context.Context, consumer string) ([]Dead, error) {
	return s.deadBetween(ctx, consumer, 0, math.MaxInt64)
}

// DeadOne is one dead letter; see Letters.
func (s *postgresStore) DeadOne(ctx context.Context, consumer string, seq int64) (Dead, error) {
	found, err := s.deadBetween(ctx, consumer, seq, seq)
	if err != nil {
		return Dead{}, err
	}
	return onlyDead(found, consumer, seq)
}

func (s *postgresStore) deadBetween(ctx context.Context, consumer string, first, last int64) (dead []Dead, err error) {
	err = s.read(ctx, "read the dead letters", func(ctx context.Context, c *pgxpool.Conn) error {
		dead = nil
		var one Dead
		var buried pgtype.Int8
		q := eventQuery{pgDead, []any{consumer, first, last}, []any{&one.Delivery.Attempts, &buried, &one.Cause}}
		return eachEvent(ctx, c, q, func(e careline.CallEvent) {
			one.Delivery.Consumer, one.Delivery.Event, one.Buried = consumer, e, timeOf(buried)
			dead = append(dead, one)
		})
	})
	if err != nil {
		return nil, err
	}
	return dead, nil
}

// Revive makes a dead letter a delivery again; see Letters.
func (s *postgresStore) Revive(ctx context.Context, consumer string, seq int64) error {
	var call *string
	err := s.alone(ctx, "revive a delivery", false, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		err := conn.QueryRow(ctx, "SELECT revive_1($1, $2, $3)", s.teller, consumer, seq).Scan(&call)
		if call == nil {
			return nil, err
		}
		return []string{*call}, err
	})
	if err == nil && call == nil {
		return noDeadLetter(consumer, seq)
	}
	return err
}

// Discard drops a dead letter; see Letters.
func (s *postgresStore) Discard(ctx context.Context, consumer string, seq int64) error {
	found, err := s.aloneFinds(ctx, "discard a dead letter", "SELECT discard_1($1, $2)", consumer, seq)
	if err == nil && !found {
		return noDeadLetter(consumer, seq)
	}
	return err
}

// aloneFinds has a function do something once that it may find nothing to do for.
func (s *postgresStore) aloneFinds(ctx context.Context, doing, sql string, args ...any) (found bool, err error) {
	err = s.alone(ctx, doing, false, func(ctx context.Context, conn *pgx.Conn) ([]string, error) {
		return nil, conn.QueryRow(ctx, sql, args...).Scan(&found)
	})
	return found, err
}

// Backlog counts a consumer's deliveries; see Letters.
func (s *postgresStore) Backlog(ctx context.Context, consumer string) (pending, dead int, oldest time.Time, err error) {
	var kept pgtype.Int8
	err = s.readRow(ctx, "count the deliveries", []any{&pending, &dead, &kept}, pgBacklog, consumer)
	return pending, dead, timeOf(kept), err
}
