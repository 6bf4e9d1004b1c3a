package sqlite

import (
	"errors"
	"maps"
	"slices"
	"sync"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"
)

// A carrier's ids are random. Each would change a page of its own in the table of keys,
// and to write a page to disk is dearer than all else that is done for an event. So a
// key is young at first: kept in the order of its coming, many to a page, and found in
// memory. When there are enough of them they move among the others in the order of the
// alphabet, where neighbours share a page; a few with each batch, so that nobody waits.
const (
	// youngKeys is how many keys are gathered, some hundred bytes each, before they move.
	youngKeys = 32_768
	// movedAtLeast is how many keys move with a batch, besides two for each new one: all
	// have moved before as many have come again.
	movedAtLeast = 32
)

// young are the keys that are not among the others yet, with the numbers of their calls:
// only what is committed. The writer changes them, all connections look into them.
type young struct {
	mu     sync.RWMutex
	calls  map[string]int64
	moving map[string]int64 // those that move; of a key that is in both, calls says more
}

// call is the number of the call that a young key stands for; 0: it is not one.
func (y *young) call(key string) int64 {
	y.mu.RLock()
	defer y.mu.RUnlock()
	if call, ok := y.calls[key]; ok {
		return call
	}
	return y.moving[key]
}

func (y *young) change(do func()) {
	y.mu.Lock()
	defer y.mu.Unlock()
	do()
}

// number is the number of the call that a key stands for; 0: it is not known.
func (c conn) number(key string) (number int64, err error) {
	if number = c.young.call(key); number != 0 {
		return number, nil
	}
	_, err = c.query(sqlFindKey).text(key).one(func(row *sqlite.Stmt) { number = row.ColumnInt64(0) })
	return number, err
}

// own is a query about the call that has a key itself, not by a leg of it: its first two
// parameters are the call's number and the key.
func (c conn) own(sql, key string) query {
	number, err := c.number(key)
	q := c.numbered(sql, number, key)
	q.err = errors.Join(q.err, err)
	return q
}

// numbered is own, of a key whose number is known.
func (c conn) numbered(sql string, number int64, key string) query {
	return c.query(sql).int(number).key(key)
}

// move is young keys on their way among the others.
type move struct {
	keys []string // that have not moved yet, in the order of the alphabet
	last int64    // the last of their rows
	done int      // how many of them the transaction under way has moved
}

// addKey keeps a new key, or that an old one stands for another call now.
func (t *tx) addKey(key string, call int64) error {
	t.added[key] = call
	return t.hot.addKey.text(key).int(call).exec()
}

// findKey is number, in the transaction under way.
func (t *tx) findKey(key string) (int64, error) {
	if call, ok := t.added[key]; ok {
		return call, nil
	}
	return t.number(key)
}

// moveKeys moves some young keys with the batch under way.
func (t *tx) moveKeys() error {
	if len(t.move.keys) == 0 || t.settled {
		return nil
	}
	some := min(len(t.move.keys), min(movedAtLeast, t.gather/4)+2*len(t.added))
	for _, key := range t.move.keys[:some] {
		if err := t.hot.moveKey.text(key).int(t.young.moving[key]).exec(); err != nil {
			return err
		}
	}

	t.move.done = some
	if some < len(t.move.keys) {
		return nil
	}
	return t.overwriting(func() error { return t.query(sqlDropYoung).int(t.move.last).exec() })
}

// keptKeys has everybody find the keys that the transaction has kept, and begins to move
// them when there are enough.
func (t *tx) keptKeys() {
	t.young.change(func() {
		maps.Copy(t.young.calls, t.added)
		clear(t.added)
		t.move.keys = t.move.keys[t.move.done:]
		if t.move.done > 0 && len(t.move.keys) == 0 {
			t.young.moving = nil
		}
		t.move.done = 0
		if t.settled {
			t.settled, t.move, t.young.moving = false, move{}, nil
			clear(t.young.calls)
		}
	})
	if len(t.move.keys) > 0 || len(t.young.calls) < t.gather {
		return
	}

	found, err := t.query(sqlLastYoung).one(func(row *sqlite.Stmt) { t.move.last = row.ColumnInt64(0) })
	if err != nil || !found {
		return // after the next batch, then
	}
	t.move.keys = slices.Sorted(maps.Keys(t.young.calls))
	t.young.change(func() { t.young.calls, t.young.moving = map[string]int64{}, t.young.calls })
}

// loadKeys finds the young keys of a file.
func (c conn) loadKeys() error {
	c.young.calls = map[string]int64{}
	return c.query(sqlYoung).each(func(row *sqlite.Stmt) bool {
		c.young.calls[row.ColumnText(0)] = row.ColumnInt64(1)
		return true
	})
}

// settleKeys moves all young keys at once; they are young in memory until then.
func (c conn) settleKeys() error {
	if err := c.query(sqlMoveYoung).exec(); err != nil {
		return err
	}
	return c.overwriting(func() error { return c.query(sqlDropAllYoung).exec() })
}

// overwriting has what do frees overwritten (PRAGMA secure_delete): what is forgotten,
// such as a number, must not be found in the file.
func (c conn) overwriting(do func() error) error {
	if err := c.pragma("secure_delete = ON"); err != nil {
		return err
	}
	return errors.Join(do(), c.pragma("secure_delete = OFF"))
}

func (c conn) pragma(what string) error {
	return sqlitex.ExecuteTransient(c.Conn, "PRAGMA "+what, nil)
}
