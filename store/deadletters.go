package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Bury gives a delivery up, after one more failed attempt: it is kept among the
// dead letters, and the delivery behind it is due at once.
func (s *sqliteStore) Bury(ctx context.Context, d careline.Delivery, cause string) error {
	return s.writeUnder(ctx, "bury a delivery", func(t *tx) error {
		found, err := t.end(d)
		if err != nil || !found {
			return err
		}
		return t.query(sqlBury).text(d.Consumer).int(d.Event.Seq).int(int64(d.Attempts + 1)).
			time(s.now()).text(short(cause)).exec()
	})
}

// Dead are a consumer's dead letters, in the log's order.
func (s *sqliteStore) Dead(ctx context.Context, consumer string) ([]Dead, error) {
	return s.deadBetween(ctx, consumer, 0, math.MaxInt64)
}

// DeadOne is one dead letter; see Letters.
func (s *sqliteStore) DeadOne(ctx context.Context, consumer string, seq int64) (Dead, error) {
	found, err := s.deadBetween(ctx, consumer, seq, seq)
	if err != nil {
		return Dead{}, err
	}
	return onlyDead(found, consumer, seq)
}

func (s *sqliteStore) deadBetween(ctx context.Context, consumer string, first, last int64) ([]Dead, error) {
	var dead []Dead
	err := s.read(ctx, "read the dead letters", func(c conn) error {
		return c.query(sqlDead).text(consumer).int(first).int(last).eachEvent(func(e careline.CallEvent, row *sqlite.Stmt) {
			dead = append(dead, Dead{
				Delivery: careline.Delivery{Consumer: consumer, Event: e, Attempts: row.ColumnInt(eventWidth)},
				Buried:   timeAt(row, eventWidth+1), Cause: row.ColumnText(eventWidth + 2),
			})
		})
	})
	if err != nil {
		return nil, err
	}
	return dead, nil
}

// Revive makes a dead letter a delivery again, never tried and due at once, in
// its place before what is pending for its call. An error of code not-found says
// that there is no such dead letter.
func (s *sqliteStore) Revive(ctx context.Context, consumer string, seq int64) error {
	var found bool
	err := s.write(ctx, "revive a delivery", func(t *tx) error {
		if err := t.query(sqlUnbury).text(consumer).int(seq).exec(); err != nil {
			return err
		}
		if found = t.Changes() > 0; !found {
			return nil
		}
		call, err := t.callOf(seq)
		if err != nil {
			return err
		}
		if err := t.query(sqlReviveDelivery).text(consumer).int(seq).exec(); err != nil {
			return err
		}
		t.calls = append(t.calls, call.key)
		return t.lineUp(consumer, call.number)
	})
	if err == nil && !found {
		return noDeadLetter(consumer, seq)
	}
	return err
}

// Discard drops a dead letter; its event stays in the log. An error of code
// not-found says that there is no such dead letter.
func (s *sqliteStore) Discard(ctx context.Context, consumer string, seq int64) error {
	var found bool
	err := s.write(ctx, "discard a dead letter", func(t *tx) error {
		err := t.query(sqlUnbury).text(consumer).int(seq).exec()
		found = t.Changes() > 0
		return err
	})
	if err == nil && !found {
		return noDeadLetter(consumer, seq)
	}
	return err
}

// onlyDead is the dead letter that was looked for among those found.
func onlyDead(found []Dead, consumer string, seq int64) (Dead, error) {
	if len(found) == 0 {
		return Dead{}, noDeadLetter(consumer, seq)
	}
	return found[0], nil
}

func noDeadLetter(consumer string, seq int64) error {
	return careline.NewError(careline.CodeNotFound, fmt.Sprintf("There is no dead letter %d of %s.", seq, consumer), nil)
}

// Backlog counts a consumer's deliveries: those still to be made, those given up,
// and when the event of the oldest still to be made was kept (zero: none waits).
func (s *sqliteStore) Backlog(ctx context.Context, consumer string) (pending, dead int, oldest time.Time, err error) {
	err = s.read(ctx, "count the deliveries", func(c conn) error {
		_, err := c.query(sqlBacklog).text(consumer).one(func(row *sqlite.Stmt) {
			pending, dead, oldest = row.ColumnInt(0), row.ColumnInt(1), timeAt(row, 2)
		})
		return err
	})
	return pending, dead, oldest, err
}
