package store

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

const (
	// idleAfter is how long nobody writes before the write-ahead log is moved.
	idleAfter = time.Second
	// keysKnown is how many keys and legs are remembered with their calls, 200
	// bytes each. A call is over in minutes; one forgotten costs one reading.
	keysKnown = 16_384
)

// writer owns the writing connection. It takes everything that waits, runs it in
// one transaction, commits once and answers all: an fsync costs 0.1 to 10 ms
// whatever it carries. It also reads for those who read after each commit: its
// connection remembers its pages, where the reading ones forget theirs whenever
// somebody has written.
type writer struct {
	conn      conn
	queue     *queue[*work]
	consumers []string                    // get every event
	outbound  []string                    // get those that are appended for them
	queues    []string                    // both
	keys      *simplelru.LRU[string, ref] // only what is committed, or in the transaction under way
	forgotten int64                       // see tx.forgottenEnd
	committed func(calls []string)
	failing   *atomic.Bool

	commits, writes atomic.Int64
}

// tx is the transaction under way.
type tx struct {
	conn
	consumers []string // get every event
	queues    []string // everybody who may have deliveries
	keys      *simplelru.LRU[string, ref]
	forgotten *int64
	calls     []string // those that have something new to deliver
}

func newWriter(conn conn, c Config, failing *atomic.Bool) *writer {
	keys, err := simplelru.NewLRU[string, ref](keysKnown, nil)
	if err != nil {
		panic("store: " + err.Error()) // the size is a constant above zero
	}
	committed := c.Committed
	if committed == nil {
		committed = func([]string) {}
	}
	return &writer{conn: conn, queue: newQueue[*work](), consumers: slices.Clone(c.Consumers), outbound: slices.Clone(c.Outbound),
		queues: slices.Concat(c.Consumers, c.Outbound), keys: keys, forgotten: endUnknown, committed: committed, failing: failing}
}

// run serves the queue until it is closed and empty.
func (w *writer) run() {
	idle := time.NewTimer(idleAfter)
	defer idle.Stop()
	dirty := false
	for {
		select {
		case <-w.queue.signal:
		case <-idle.C:
			w.idle(dirty)
			dirty = false
			continue
		}
		batch, open := w.queue.take()
		if len(batch) > 0 {
			w.serve(batch)
			dirty = true
			idle.Reset(idleAfter)
		} else if !open {
			return
		}
	}
}

// idle moves the write-ahead log while nobody waits. A failure costs nothing:
// the log stays where it is, and the next commit or Close tries again.
func (w *writer) idle(dirty bool) {
	if dirty {
		_ = w.conn.checkpoint("PASSIVE")
	}
}

func (w *writer) serve(batch []*work) {
	defer clear(batch) // its memory is used again, what it points to is not ours any more
	batch = slices.DeleteFunc(batch, func(one *work) bool { return !one.taken.CompareAndSwap(false, true) })
	batch = slices.DeleteFunc(batch, w.looked)
	if len(batch) == 0 {
		return
	}
	calls, err := w.transact(batch)
	if err == nil || len(batch) == 1 || wholeStore(err) {
		w.answer(batch, calls, err)
		return
	}
	// One request spoiled the transaction for all: each gets its own.
	for i := range batch {
		calls, err := w.transact(batch[i : i+1])
		w.answer(batch[i:i+1], calls, err)
	}
}

// looked answers at once whoever only reads. No transaction is under way, so that
// what they see is on disk.
func (w *writer) looked(one *work) bool {
	if one.look == nil {
		return false
	}
	one.answer <- one.look(w.conn)
	return true
}

func (w *writer) answer(batch []*work, calls []string, err error) {
	w.failing.Store(err != nil)
	for _, one := range batch {
		one.answer <- err
	}
	if err == nil && len(calls) > 0 {
		slices.Sort(calls)
		w.committed(slices.Compact(calls))
	}
}

// transact runs the batch in one transaction. After an error nothing of it is
// kept, neither in the database nor among the keys.
func (w *writer) transact(batch []*work) (calls []string, err error) {
	if err := w.conn.query("BEGIN IMMEDIATE").exec(); err != nil {
		return nil, err
	}
	t := &tx{conn: w.conn, consumers: w.consumers, queues: w.queues, keys: w.keys, forgotten: &w.forgotten, calls: make([]string, 0, len(batch))}
	for _, one := range batch {
		if err := one.do(t); err != nil {
			return nil, w.rollback(err)
		}
	}
	if err := w.conn.query("COMMIT").exec(); err != nil {
		return nil, w.rollback(err)
	}
	w.commits.Add(1)
	w.writes.Add(int64(len(batch)))
	return t.calls, nil
}

func (w *writer) rollback(cause error) error {
	w.keys.Purge()
	w.forgotten = endUnknown
	if w.conn.AutocommitEnabled() {
		return cause // SQLite has rolled back by itself
	}
	return errors.Join(cause, w.conn.query("ROLLBACK").exec())
}
