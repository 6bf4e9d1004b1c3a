package store

import (
	"cmp"
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Due are calls whose first pending delivery is due and that nobody has claimed,
// at most limit, the longest due first; and next, when the earliest delivery
// that is not due yet will be (zero: none waits).
func (s *sqliteStore) Due(ctx context.Context, consumer string, now time.Time, limit int) (calls []string, next time.Time, err error) {
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

// Claim takes a call for whoever asks, until Release or the end of the process;
// ok is false when somebody has it. Nobody loses a claim of one process, so that an
// epoch ends with its Release.
func (s *sqliteStore) Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error) {
	of := claim{consumer, call}
	s.claims.Lock()
	defer s.claims.Unlock()
	if s.claims.held[of] != nil {
		return nil, false, nil
	}
	e := &epoch{claim: of}
	s.claims.held[of] = e
	return e.under(ctx), true, nil
}

// Release gives a claimed call back.
func (s *sqliteStore) Release(ctx context.Context, consumer, call string) error {
	of := claim{consumer, call}
	s.claims.Lock()
	defer s.claims.Unlock()
	e, mine := s.claims.held[of], epochOf(ctx)
	if e == nil || mine != nil && mine != e {
		return nil
	}
	delete(s.claims.held, of)
	e.finish(context.Canceled)
	return nil
}

func (s *sqliteStore) claimed(c claim) bool {
	s.claims.Lock()
	defer s.claims.Unlock()
	return s.claims.held[c] != nil
}

// Next is the first pending delivery of a call that the caller has claimed, with
// all that is Known of the call; ok is false when there is none, or it is not due
// at the time now.
func (s *sqliteStore) Next(ctx context.Context, consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	err = s.look(ctx, "read the next delivery", func(c conn) (err error) {
		if stale(ctx) {
			return errLost
		}
		d, ok, err = c.next(consumer, call, now)
		return err
	})
	if err != nil || !ok {
		return careline.Delivery{}, false, err
	}
	return d, true, nil
}

func (c conn) next(consumer, call string, now time.Time) (d careline.Delivery, ok bool, err error) {
	known := &careline.Known{}
	d = careline.Delivery{Consumer: consumer, Known: known}
	var seq int64
	_, err = c.query(sqlNextDelivery).text(call).text(consumer).one(func(row *sqlite.Stmt) {
		seq, d.Attempts, known.Last = row.ColumnInt64(0), row.ColumnInt(1), row.ColumnInt(3) == 1
		ok = seq > 0 && !timeAt(row, 2).After(toStored(now))
	})
	if err != nil || !ok {
		return d, false, err
	}
	if known.Filing, err = c.filing(call); err != nil {
		return d, false, err
	}
	if known.Events, err = c.events(call); err != nil {
		return d, false, err
	}
	at, ok := slices.BinarySearchFunc(known.Events, seq, func(e careline.CallEvent, seq int64) int { return cmp.Compare(e.Seq, seq) })
	if ok {
		d.Event = known.Events[at]
	}
	return d, ok, nil
}

// Done ends a delivery: the consumer has its event. A delivery that is ended
// already is left so.
func (s *sqliteStore) Done(ctx context.Context, d careline.Delivery) error {
	return s.writeUnder(ctx, "end a delivery", func(t *tx) error {
		_, err := t.end(d)
		return err
	})
}

// Retry counts a failed attempt and makes the delivery due again at the time at;
// those behind it wait.
func (s *sqliteStore) Retry(ctx context.Context, d careline.Delivery, at time.Time, cause string) error {
	return s.writeUnder(ctx, "put a delivery off", func(t *tx) error {
		return t.query(sqlRetryDelivery).text(d.Consumer).int(d.Event.Seq).
			int(int64(d.Attempts + 1)).time(at).text(short(cause)).exec()
	})
}

// end takes a delivery out of its queue; the one behind it is due at once. It
// asks the log for the call, which another may have joined since.
func (t *tx) end(d careline.Delivery) (found bool, err error) {
	if err := t.query(sqlDropDelivery).text(d.Consumer).int(d.Event.Seq).exec(); err != nil || t.Changes() == 0 {
		return false, err
	}
	return true, t.query(sqlPromoteNext).text(d.Consumer).int(d.Event.Seq).exec()
}

func (t *tx) callOf(seq int64) (call ref, err error) {
	_, err = t.query(sqlCallOfEvent).int(seq).one(func(row *sqlite.Stmt) {
		call = ref{number: row.ColumnInt64(0), key: row.ColumnText(1)}
	})
	return call, err
}

// promote makes the call's first delivery due, unless it has a time already.
func (t *tx) promote(consumer string, call int64) (head int64, err error) {
	_, err = t.query(sqlHeadDelivery).int(call).text(consumer).one(func(row *sqlite.Stmt) { head = row.ColumnInt64(0) })
	if err != nil || head == 0 {
		return 0, err
	}
	return head, t.query(sqlPromoteHead).text(consumer).int(head).exec()
}

// lineUp puts a call's deliveries in order after some came in before others.
func (t *tx) lineUp(consumer string, call int64) error {
	head, err := t.promote(consumer, call)
	if err != nil || head == 0 {
		return err
	}
	return t.query(sqlDemoteOthers).int(call).text(consumer).int(head).exec()
}

// short bounds a cause: it is for a person to read.
func short(cause string) string {
	const limit = 1000
	if len(cause) <= limit {
		return cause
	}
	cause = cause[:limit]
	for !utf8.ValidString(cause) && len(cause) > limit-utf8.UTFMax {
		cause = cause[:len(cause)-1]
	}
	return cause + "…"
}
