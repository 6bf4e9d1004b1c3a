package sqlite

import (
	"context"
	"math"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// claim is a call that somebody works on for a consumer.
type claim struct{ consumer, call string }

// Due are calls that wait for a consumer; see Claims.
func (s *Log) Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error) {
	err = s.read(ctx, "look for deliveries", func(c conn) error {
		err := c.query(sqlDue).text(consumer).time(now).each(func(row *sqlite.Stmt) bool {
			if call := row.ColumnText(0); len(calls) < limit && !s.claimed(claim{consumer, call}) {
				calls = append(calls, call)
			}
			return len(calls) < limit
		})
		if err != nil {
			return err
		}

		_, err = c.query(sqlNextDue).text(consumer).time(now).one(func(row *sqlite.Stmt) { next = timeAt(row, 0) })
		return err
	})
	return calls, next, err
}

// Claim takes a call for whoever asks; see Claims. Nobody loses a claim of one process,
// so that an epoch ends with its Release.
func (s *Log) Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error) {
	of := claim{consumer, call}
	s.claims.Lock()
	defer s.claims.Unlock()
	if s.claims.held[of] != nil {
		return nil, false, nil
	}

	e := store.NewEpoch(consumer, call, nil)
	s.claims.held[of] = e
	return e.Under(ctx), true, nil
}

// Release gives a claimed call back.
func (s *Log) Release(ctx context.Context, consumer, call string) error {
	of := claim{consumer, call}
	s.claims.Lock()
	defer s.claims.Unlock()
	e, mine := s.claims.held[of], store.EpochOf(ctx)
	if e == nil || mine != nil && mine != e {
		return nil
	}

	delete(s.claims.held, of)
	e.Finish(context.Canceled)
	return nil
}

func (s *Log) claimed(c claim) bool {
	s.claims.Lock()
	defer s.claims.Unlock()
	return s.claims.held[c] != nil
}

// Next is the first pending delivery of a call that the caller has claimed, with all
// that is Known of the call; see Claims.
func (s *Log) Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	err = s.read(ctx, "read the next delivery", func(c conn) error {
		if store.Stale(ctx) {
			return store.ErrLost
		}
		return c.snapshot(func() (err error) {
			d, ok, err = c.next(&s.config, consumer, call, now)
			return err
		})
	})

	if err != nil || !ok {
		return careline.Delivery{}, false, err
	}
	return d, true, nil
}

// next looks the key up once. One that is young when the snapshot begins may have moved
// among the others by the next question, where the snapshot does not show it.
func (c conn) next(config *store.Config, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	number, err := c.number(call)
	if err != nil {
		return d, false, err
	}

	var of store.Cursor
	waits, err := c.numbered(sqlOwnCursor, number, call).text(consumer).one(func(row *sqlite.Stmt) { of = cursorAt(row) })
	if err != nil || !waits {
		return d, false, err
	}

	filing, err := c.filing(number, call)
	if err != nil {
		return d, false, err
	}
	events, err := c.events(c.numbered(sqlOwnEvents, number, call))
	if err != nil {
		return d, false, err
	}
	return config.Next(of, call, events, filing, now)
}

// Dead are a consumer's dead letters, in the log's order.
func (s *Log) Dead(ctx context.Context, consumer string) ([]store.Dead, error) {
	return s.deadBetween(ctx, consumer, 0, math.MaxInt64)
}

// DeadOne is one dead letter; see Letters.
func (s *Log) DeadOne(ctx context.Context, consumer string, seq int64) (store.Dead, error) {
	found, err := s.deadBetween(ctx, consumer, seq, seq)
	if err != nil {
		return store.Dead{}, err
	}
	return store.OnlyDead(found, consumer, seq)
}

func (s *Log) deadBetween(ctx context.Context, consumer string, first, last int64) (dead []store.Dead, err error) {
	err = s.read(ctx, "read the dead letters", func(c conn) error {
		var unreadable error

		err := c.query(sqlDead).text(consumer).int(first).int(last).each(func(row *sqlite.Stmt) bool {
			e, err := eventRowAt(row).Event(row.ColumnText(eventWidth))
			unreadable = err
			dead = append(dead, store.Dead{
				Delivery: careline.Delivery{Consumer: consumer, Event: e, Attempts: row.ColumnInt(eventWidth + 1)},
				Buried:   timeAt(row, eventWidth+2),
				Cause:    row.ColumnText(eventWidth + 3),
			})
			return err == nil
		})

		if err != nil {
			return err
		}
		return unreadable
	})
	if err != nil {
		return nil, err
	}
	return dead, nil
}

// Discard drops a dead letter; see Letters.
func (s *Log) Discard(ctx context.Context, consumer string, seq int64) error {
	found := false
	err := s.do(ctx, "discard a dead letter", func(t *tx) error {
		err := t.query(sqlUnbury).text(consumer).int(seq).exec()
		found = t.Changes() > 0
		return err
	})
	if err == nil && !found {
		return store.NoDeadLetter(consumer, seq)
	}
	return err
}

// Backlog counts a consumer's deliveries; see Letters.
func (s *Log) Backlog(ctx context.Context, consumer string) (pending, dead int, oldest time.Time, err error) {
	err = s.read(ctx, "count the deliveries", func(c conn) error {
		return c.snapshot(func() (err error) {
			pending, oldest, err = c.waiting(consumer, slices.Contains(s.config.Outbound, consumer))
			if err == nil {
				_, err = c.query(sqlCountDead).text(consumer).one(func(row *sqlite.Stmt) { dead = row.ColumnInt(0) })
			}
			return err
		})
	})
	return pending, dead, oldest, err
}

// waiting counts what waits for a consumer; outbound: only what was kept for it.
func (c conn) waiting(consumer string, outbound bool) (n int, oldest time.Time, err error) {
	besides := ""
	if outbound {
		besides = consumer
	}
	first := int64(0)
	_, err = c.query(sqlBacklog).text(consumer).text(besides).one(func(row *sqlite.Stmt) {
		n, first = row.ColumnInt(0), row.ColumnInt64(1)
	})
	if err != nil {
		return 0, oldest, err
	}

	err = c.query(sqlAgain).text(consumer).each(func(row *sqlite.Stmt) bool {
		for _, seq := range places(row.ColumnText(0)) {
			if n++; first == 0 || seq < first {
				first = seq
			}
		}
		return true
	})
	if err != nil || n == 0 {
		return n, oldest, err
	}
	_, err = c.query(sqlKept).int(first).one(func(row *sqlite.Stmt) { oldest = timeAt(row, 0) })
	return n, oldest, err
}
