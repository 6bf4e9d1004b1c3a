package sqlite

import (
	"context"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
	"perci.health/careline/store"
)

// forgottenAtOnce is how many calls are forgotten in one transaction, for which
// reports that come in meanwhile wait: some ten milliseconds.
const forgottenAtOnce = 50

// Purge forgets old calls, looks and strays; see store.Retention.
func (s *Log) Purge(ctx context.Context, before time.Time, limit int) (forgotten careline.LogCount, err error) {
	strays := 0
	err = s.do(ctx, "forget old messages", func(t *tx) (err error) {
		if strays, err = t.oldStrays(before); err != nil {
			return err
		}
		return t.query(sqlDropOldStrays).time(before).exec()
	})
	if err != nil {
		return forgotten, err
	}
	forgotten.Strays = strays

	old, err := s.oldCalls(ctx, before, limit)
	for err == nil && len(old) > 0 {
		var done []string
		some := old[:min(len(old), forgottenAtOnce)]
		old = old[len(some):]
		err = s.do(ctx, "forget old calls", func(t *tx) (err error) {
			done, err = t.forgetOld(some, before)
			return err
		})
		if err == nil {
			forgotten = forgotten.And(careline.CountKeys(done...))
			s.forgot(done...)
		}
	}

	return forgotten, err
}

// Old is what Purge would forget; see store.Retention.
func (s *Log) Old(ctx context.Context, before time.Time) (old careline.LogCount, err error) {
	keys, err := s.keys(ctx, "look for all old calls", func(c conn) (q query, err error) {
		if old.Strays, err = c.oldStrays(before); err != nil {
			return q, err
		}
		return c.query(sqlOldKeys).time(before), nil
	})
	return old.And(careline.CountKeys(keys...)), err
}

func (c conn) oldStrays(before time.Time) (strays int, err error) {
	_, err = c.query(sqlOldStrays).time(before).one(func(row *sqlite.Stmt) { strays = row.ColumnInt(0) })
	return strays, err
}

// forgot tells that calls are forgotten, so that nothing of them is delivered that
// somebody has in memory.
func (s *Log) forgot(calls ...string) {
	if len(calls) == 0 {
		return
	}
	news := make([]careline.News, len(calls))
	for i, call := range calls {
		news[i] = careline.News{Event: careline.CallEvent{Call: call}, Before: -1}
	}
	s.config.Committed(news)
}

// oldCalls are looked for by a reader, so that nobody who writes waits for it.
func (s *Log) oldCalls(ctx context.Context, before time.Time, limit int) ([]int64, error) {
	var numbers []int64
	err := s.read(ctx, "look for old calls", func(c conn) error {
		return c.query(sqlOldCalls).time(before).int(int64(limit)).each(func(row *sqlite.Stmt) bool {
			numbers = append(numbers, row.ColumnInt64(0))
			return true
		})
	})
	return numbers, err
}

// forgetOld leaves out those of whom something was heard meanwhile, and says which
// calls it has forgotten.
func (t *tx) forgetOld(calls []int64, before time.Time) (keys []string, err error) {
	var old []int64
	for _, call := range calls {
		found, err := t.query(sqlIsOld).time(before).int(call).found()
		if err != nil {
			return nil, err
		}
		if !found {
			continue
		}

		key, err := t.keyOf(call)
		if err != nil {
			return nil, err
		}
		old, keys = append(old, call), append(keys, key)
	}
	return keys, t.forget(old...)
}

func (t *tx) keyOf(row int64) (key string, err error) {
	_, err = t.query(sqlKeyOfCall).int(row).one(func(s *sqlite.Stmt) { key = s.ColumnText(0) })
	return key, err
}

// Erase forgets every trace of a call. An error of code not-found says that there
// is none.
func (s *Log) Erase(ctx context.Context, call string) error {
	found := false
	err := s.do(ctx, "forget a call", func(t *tx) error {
		number, err := t.ownCall(call)
		if found = number != 0; err != nil || !found {
			return err
		}
		return t.forget(number)
	})

	switch {
	case err != nil:
		return err
	case !found:
		return store.NoCall(call)
	}
	s.forgot(call)
	return nil
}

// forget erases calls with the rows of legs that joined them. What it frees is
// overwritten, and so no key of theirs may be young: of those there are copies.
func (t *tx) forget(calls ...int64) (err error) {
	if len(calls) == 0 {
		return nil
	}
	t.unlearn()
	if err := t.query(sqlMarkEnd).exec(); err != nil {
		return err
	}
	if err := t.settleKeys(); err != nil {
		return err
	}
	t.settled = true

	return t.overwriting(func() error {
		for _, call := range calls {
			rows, err := t.joined(call)
			if err != nil {
				return err
			}
			for _, row := range append(rows, call) {
				if err := t.forgetRow(row, call); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (t *tx) joined(call int64) (rows []int64, err error) {
	err = t.query(sqlJoined).int(call).each(func(row *sqlite.Stmt) bool {
		rows = append(rows, row.ColumnInt64(0))
		return true
	})
	return rows, err
}

// forgetRow forgets a row of the call, its own or a leg's, and the keys that it tells of.
func (t *tx) forgetRow(row, call int64) error {
	key, err := t.keyOf(row)
	if err != nil {
		return err
	}
	events, err := t.eventsOf(row)
	if err != nil {
		return err
	}
	names, err := store.NamesOf(key, events)
	if err != nil {
		return err
	}

	for _, name := range names {
		if err := t.query(sqlForgetKey).int(call).text(name).exec(); err != nil {
			return err
		}
	}
	return t.each(row, sqlForgetLetters, sqlDropCursors, sqlForgetEvents, sqlDropFilings, sqlForgetCall)
}

// ownCall is the number of the call that has the key itself, not by a leg; 0: none.
func (t *tx) ownCall(key string) (number int64, err error) {
	_, err = t.own(sqlOwnCall, key).one(func(row *sqlite.Stmt) { number = row.ColumnInt64(0) })
	return number, err
}
