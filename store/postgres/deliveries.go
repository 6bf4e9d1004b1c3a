package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"perci.health/careline"
	"perci.health/careline/store"
)

const (
	// A claim is an advisory lock of one number, which the view shows in two halves
	// (PostgreSQL, pg_locks).
	sqlClaimed = `SELECT l.classid, l.objid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1
		AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())`
	sqlDue = `SELECT c.key FROM (SELECT r.call, r.due FROM cursors r WHERE r.consumer = $1 AND r.due <= $2
		ORDER BY r.due LIMIT $3) q JOIN calls c ON c.number = q.call ORDER BY q.due`
	sqlNextDue  = `SELECT r.due FROM cursors r WHERE r.consumer = $1 AND r.due > $2 ORDER BY r.due LIMIT 1`
	sqlCursorOf = `SELECT r.done, r.due, r.attempts, r.cause, r.again ` + sqlOwn + `
		JOIN cursors r ON r.call = c.number AND r.consumer = $2 WHERE k.key = $1`
)

// Due are calls that wait for a consumer; see store.Claims.
func (s *Store) Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	err = s.read(ctx, "look for deliveries", func(ctx context.Context, c *pgxpool.Conn) error {
		taken, err := claimed(ctx, c)
		if err != nil {
			return err
		}
		rows, err := c.Query(ctx, sqlDue, consumer, now.UnixMicro(), limit+len(taken))
		if err != nil {
			return err
		}

		calls = calls[:0]
		var key string
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			if len(calls) < limit && !taken[s.claims.number(consumer, key)] {
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
	rows, err := c.Query(ctx, sqlClaimed)
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
	rows, err := c.Query(ctx, sqlNextDue, consumer, now.UnixMicro())
	if err != nil {
		return time.Time{}, err
	}
	var due pgtype.Int8
	_, err = pgx.ForEachRow(rows, []any{&due}, func() error { return nil })
	return timeOf(due), err
}

// Next is the first pending delivery of a claimed call; see store.Claims. What comes
// in while it is read is at the most among the events that are known.
func (s *Store) Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	if s.claims.lost(ctx, consumer, call) {
		return careline.Delivery{}, false, errClaimLost("read the next delivery")
	}

	err = s.read(ctx, "read the next delivery", func(ctx context.Context, c *pgxpool.Conn) error {
		cursor, filing := store.Cursor{Consumer: consumer}, careline.Filing{Call: call}
		var due pgtype.Int8
		var events []store.EventRow
		var e eventScan

		b := &pgx.Batch{}
		b.Queue(sqlFiling, call).QueryRow(orNone(&filing.ID, &filing.Version, &filing.Seq, &filing.Tried, &filing.Doubted))
		b.Queue(sqlCursorOf, call, consumer).QueryRow(orNone(&cursor.Done, &due, &cursor.Attempts, &cursor.Cause, &cursor.Again))
		b.Queue(sqlEventsOfCall, call).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, e.dest(), func() error {
				events = append(events, e.row())
				return nil
			})
			return err
		})
		if err := c.SendBatch(ctx, b).Close(); err != nil {
			return err
		}

		cursor.Due = timeOf(due)
		d, ok, err = s.config.Next(cursor, call, events, filing, now)
		return err
	})
	if err != nil || !ok {
		return careline.Delivery{}, false, err
	}
	return d, true, nil
}

// orNone reads one row; no row leaves dest as it is.
func orNone(dest ...any) func(pgx.Row) error {
	return func(row pgx.Row) error {
		if err := row.Scan(dest...); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return nil
	}
}

// Done ends a delivery; see store.Outcomes.
func (s *Store) Done(ctx context.Context, d careline.Delivery, filed careline.Filing) error {
	if s.claims.lost(ctx, d.Consumer, d.Event.Call) {
		return errClaimLost("end a delivery")
	}
	return s.Writer.Done(ctx, d, filed)
}

// Retry puts a delivery off; see store.Outcomes.
func (s *Store) Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error {
	if s.claims.lost(ctx, d.Consumer, d.Event.Call) {
		return errClaimLost("put a delivery off")
	}
	return s.Writer.Retry(ctx, d, at, cause)
}

// Bury gives a delivery up; see store.Outcomes.
func (s *Store) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	if s.claims.lost(ctx, d.Consumer, d.Event.Call) {
		return errClaimLost("bury a delivery")
	}
	return s.Writer.Bury(ctx, d, cause)
}
