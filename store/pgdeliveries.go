package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
)

const (
	// A claim is an advisory lock of one number, which the view shows in two halves
	// (PostgreSQL, pg_locks).
	pgClaimed = `SELECT l.classid, l.objid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1
		AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`
	pgDue = `SELECT c.key FROM (SELECT d.call, d.due FROM deliveries d WHERE d.consumer = $1 AND d.due <= $2
		ORDER BY d.due LIMIT $3) q JOIN calls c ON c.number = q.call ORDER BY q.due`
	pgNextDue      = `SELECT d.due FROM deliveries d WHERE d.consumer = $1 AND d.due > $2 ORDER BY d.due LIMIT 1`
	pgNextDelivery = pgColumns + `, n.attempts, n.due ` + pgOwn + ` CROSS JOIN LATERAL (SELECT d.seq, d.attempts, d.due FROM deliveries d
			WHERE d.call = c.number AND d.consumer = $2 ORDER BY d.seq LIMIT 1) n
		JOIN events e ON e.seq = n.seq WHERE k.key = $1`
)

// Due are calls that wait for a consumer; see Claims.
func (s *postgresStore) Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	err = s.read(ctx, "look for deliveries", func(ctx context.Context, c *pgxpool.Conn) error {
		taken, err := claimed(ctx, c)
		if err != nil {
			return err
		}
		rows, err := c.Query(ctx, pgDue, consumer, now.UnixMicro(), limit+len(taken))
		if err != nil {
			return err
		}
		calls = calls[:0]
		var key string
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			if len(calls) < limit && !taken[s.claims.number(claim{consumer, key})] {
				calls = append(calls, key)
			}
			return nil
		})
		if err != nil {
			return err
		}
		next, err = nextDue(ctx, c, consumer, now)
		return err
	})
	return calls, next, err
}

// claimed are the numbers of all claims, of whichever instance.
func claimed(ctx context.Context, c *pgxpool.Conn) (map[int64]bool, error) {
	rows, err := c.Query(ctx, pgClaimed)
	if err != nil {
		return nil, err
	}
	taken := map[int64]bool{}
	var high, low uint32
	_, err = pgx.ForEachRow(rows, []any{&high, &low}, func() error {
		taken[int64(high)<<32|int64(low)] = true
		return nil
	})
	return taken, err
}

func nextDue(ctx context.Context, c *pgxpool.Conn, consumer string, now time.Time) (time.Time, error) {
	rows, err := c.Query(ctx, pgNextDue, consumer, now.UnixMicro())
	if err != nil {
		return time.Time{}, err
	}
	var due pgtype.Int8
	_, err = pgx.ForEachRow(rows, []any{&due}, func() error { return nil })
	return timeOf(due), err
}

// Next is the first pending delivery of a claimed call; see Claims.
func (s *postgresStore) Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	if s.claims.lost(ctx, claim{consumer, call}) {
		return careline.Delivery{}, false, errClaimLost("read the next delivery")
	}
	err = s.read(ctx, "read the next delivery", func(ctx context.Context, c *pgxpool.Conn) error {
		var due pgtype.Int8
		var attempts int
		q := eventQuery{pgNextDelivery, []any{call, consumer}, []any{&attempts, &due}}
		return eachEvent(ctx, c, q, func(e careline.CallEvent) {
			d = careline.Delivery{Consumer: consumer, Event: e, Attempts: attempts}
			ok = !timeOf(due).After(toStored(now))
		})
	})
	if err != nil || !ok {
		return careline.Delivery{}, false, err
	}
	return d, true, nil
}

// Done ends a delivery; see Outcomes.
func (s *postgresStore) Done(ctx context.Context, d careline.Delivery) error {
	return s.end(ctx, "end a delivery", &pgEnd{how: ended, delivery: d})
}

// Retry puts a delivery off; see Outcomes.
func (s *postgresStore) Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error {
	return s.end(ctx, "put a delivery off", &pgEnd{how: putOff, delivery: d, at: at.UnixMicro(), cause: cause})
}

// Bury gives a delivery up; see Outcomes.
func (s *postgresStore) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	return s.end(ctx, "bury a delivery", &pgEnd{how: buried, delivery: d, at: s.now().UnixMicro(), cause: cause})
}

func (s *postgresStore) end(ctx context.Context, doing string, e *pgEnd) error {
	if s.claims.lost(ctx, claim{e.delivery.Consumer, e.delivery.Event.Call}) {
		return errClaimLost(doing)
	}
	e.attempts, e.cause = int32(e.delivery.Attempts+1), short(storable(e.cause))
	return s.write(ctx, doing, &pgWork{end: e, epoch: epochOf(ctx)})
}
