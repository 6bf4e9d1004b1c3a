package store

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgWork is one request that waits for the writer of Postgres. Either keep, end
// and file are shared with others in a batch, or alone has the connection for
// itself.
type pgWork struct {
	keep *pgKeep
	end  *pgEnd
	file *pgFile

	epoch *epoch // of the claim under which end or file is written; nil: none
	lost  bool   // the claim was not held any more, and nothing was written of it

	alone func(context.Context, *pgx.Conn) (calls []string, err error)
	// repeatable: alone may be done again when nobody knows whether it was done.
	repeatable bool

	taken  atomic.Bool // by the writer, or by a caller who waits no longer
	answer chan error  // room for one
}

func (w *pgWork) drop() bool { return w.taken.CompareAndSwap(false, true) }

// pgWriter owns the connection that writes. As with SQLite it takes everything
// that waits, and all share one commit. The whole batch is one call of a procedure
// (migrations/postgres/0002), which takes the lock of the log, commits and answers:
// the lock is held while Postgres works, never while a network or a program is
// slow, and whoever dies holds nothing.
type pgWriter struct {
	config    *pgx.ConnConfig
	conn      *pgx.Conn // nil while there is none
	queue     *queue[*pgWork]
	batch     pgBatch
	committed func(calls []string)
	failing   *atomic.Bool

	commits, writes atomic.Int64
}

// run serves the queue until it is closed and empty.
func (w *pgWriter) run() {
	for range w.queue.signal {
		batch, open := w.queue.take()
		if len(batch) > 0 {
			w.serve(batch)
		} else if !open {
			w.drop()
			return
		}
	}
}

func (w *pgWriter) serve(batch []*pgWork) {
	defer clear(batch)
	batch = slices.DeleteFunc(batch, func(one *pgWork) bool { return !one.taken.CompareAndSwap(false, true) })
	var shared, alone, lost []*pgWork
	for _, one := range batch {
		switch {
		case one.epoch != nil && one.epoch.over():
			one.lost = true
			lost = append(lost, one)
		case one.alone != nil:
			alone = append(alone, one)
		default:
			shared = append(shared, one)
		}
	}
	for _, one := range lost {
		one.answer <- nil
	}
	if err := w.share(shared); errors.Is(err, context.DeadlineExceeded) {
		w.finish(alone, nil, err)
		return
	}
	for i, one := range alone {
		var calls []string
		err := w.attempt(one.repeatable, func(ctx context.Context, _ bool) (err error) {
			calls, err = one.alone(ctx, w.conn)
			return err
		})
		w.finish(alone[i:i+1], calls, err)
		if errors.Is(err, context.DeadlineExceeded) {
			w.finish(alone[i+1:], nil, err) // each would wait as long
			return
		}
	}
}

// share runs requests in one transaction. Its error is that of the server, which
// all were told.
func (w *pgWriter) share(batch []*pgWork) error {
	if len(batch) == 0 {
		return nil
	}
	calls, err := w.transact(batch)
	if err == nil || len(batch) == 1 || wholeServer(err) {
		w.finish(batch, calls, err)
		return err
	}
	// One request spoiled the transaction for all: each gets its own.
	for i := range batch {
		calls, err := w.transact(batch[i : i+1])
		w.finish(batch[i:i+1], calls, err)
		if errors.Is(err, context.DeadlineExceeded) {
			w.finish(batch[i+1:], nil, err)
			return err
		}
	}
	return nil
}

// transact may do a batch twice when its connection breaks, since each of its
// requests is the same done twice: an event is known by its id, an end finds
// nothing to end, and a retry or a filing says what shall be so, not what to add.
func (w *pgWriter) transact(batch []*pgWork) (calls []string, err error) {
	lost := false
	err = w.attempt(true, func(ctx context.Context, again bool) error {
		if calls, lost, err = w.batch.write(ctx, w.conn, batch); err == nil && again {
			calls = append(calls, w.batch.keys()...) // the first attempt may have kept them, and told nobody
		}
		return err
	})
	if err == nil && lost {
		err = w.withoutClaims(batch)
	}
	return calls, err
}

// withoutClaims marks what was written for claims that are over, and was refused
// with all that ended or filed anything; it writes the rest of that.
func (w *pgWriter) withoutClaims(batch []*pgWork) error {
	var rest []*pgWork
	for _, one := range batch {
		switch {
		case one.epoch != nil:
			one.lost = true
		case one.keep == nil:
			rest = append(rest, one)
		}
	}
	if len(rest) == 0 {
		return nil
	}
	return w.attempt(true, func(ctx context.Context, _ bool) error {
		_, _, err := w.batch.write(ctx, w.conn, rest)
		return err
	})
}

// attempt has do use the connection, and once more on a new one if the connection
// turns out to be broken. A server that does not answer in time is not asked twice.
func (w *pgWriter) attempt(repeatable bool, do func(ctx context.Context, again bool) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), answerFor)
	defer cancel()
	for again := false; ; again = true {
		fresh := w.conn == nil
		if err := w.connect(ctx); err != nil {
			return err
		}
		err := do(ctx, again)
		if !w.conn.IsClosed() && !readOnly(err) {
			return err
		}
		w.drop()
		if fresh || again || !repeatable || ctx.Err() != nil {
			return err
		}
	}
}

func (w *pgWriter) connect(ctx context.Context) (err error) {
	if w.conn != nil {
		return nil
	}
	conn, err := connect(ctx, w.config)
	if err != nil {
		return err
	}
	if err := w.batch.prepare(ctx, conn); err != nil {
		return errors.Join(err, conn.Close(ctx))
	}
	w.conn = conn
	return nil
}

// drop lets the connection go. What closing it says is of no use: it is given up
// because it does not work, or because the store is closed.
func (w *pgWriter) drop() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = w.conn.Close(ctx)
	w.conn = nil
}

func (w *pgWriter) finish(batch []*pgWork, calls []string, err error) {
	if len(batch) == 0 {
		return
	}
	w.failing.Store(err != nil)
	if err == nil {
		w.commits.Add(1)
		w.writes.Add(int64(len(batch)))
	}
	for _, one := range batch {
		one.answer <- err
	}
	if err == nil && len(calls) > 0 {
		slices.Sort(calls)
		w.committed(slices.Compact(calls))
	}
}
