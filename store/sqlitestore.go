package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"perci.health/careline"
)

// readers is how many goroutines read at once. A reading takes some ten
// microseconds, so a few connections serve many.
const readers = 4

// sqliteStore keeps the log in one SQLite file.
type sqliteStore struct {
	now     func() time.Time
	lock    lock
	schema  int
	writer  *writer
	written chan struct{} // closed when the writer has ended
	readers chan conn
	closed  chan struct{} // closed when nothing may be read any more
	failing atomic.Bool   // the last commit failed

	claims struct {
		sync.Mutex
		held map[claim]*epoch
	}
}

// claim is a call that somebody works on for a consumer.
type claim struct{ consumer, call string }

// openSQLite opens a file that no other process has.
func openSQLite(ctx context.Context, c Config) (*sqliteStore, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := FileOf(c.URL)
	if err != nil {
		return nil, err
	}
	held, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	s, err := open(c, path)
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	s.lock = held
	return s, nil
}

// open opens a database that no other process has.
func open(c Config, path string) (*sqliteStore, error) {
	synchronous := "FULL"
	if c.notDurable {
		synchronous = "OFF"
	}
	writing, err := openChecked(path, synchronous)
	if err != nil {
		return nil, err
	}
	s := &sqliteStore{now: c.Now, written: make(chan struct{}),
		readers: make(chan conn, readers), closed: make(chan struct{})}
	if s.now == nil {
		s.now = time.Now
	}
	s.claims.held = map[claim]*epoch{}
	if s.schema, err = migrate(writing, path); err != nil {
		return nil, errors.Join(err, writing.Close())
	}
	for opened := range readers {
		reading, err := openReading(path)
		if err != nil {
			return nil, errors.Join(err, s.closeReaders(opened), writing.Close())
		}
		s.readers <- reading
	}
	s.writer = newWriter(writing, c, &s.failing)
	go func() {
		defer close(s.written)
		s.writer.run()
	}()
	return s, nil
}

// Close finishes what is under way, refuses what comes later, and moves
// everything into the one database file.
func (s *sqliteStore) Close() error {
	if !s.writer.queue.close() {
		<-s.written
		return nil
	}
	<-s.written
	close(s.closed)
	err := s.closeReaders(readers)
	// A log that cannot be moved is no loss: the next Open reads it.
	return errors.Join(err, s.writer.conn.checkpoint("TRUNCATE"), s.writer.conn.Close(), s.lock.release())
}

// closeReaders waits for those that are in use.
func (s *sqliteStore) closeReaders(n int) error {
	var errs []error
	for range n {
		reading := <-s.readers
		errs = append(errs, reading.Close())
	}
	return errors.Join(errs...)
}

// Ready reports whether the log can be read, and, when the last commit failed,
// whether it can be written again.
func (s *sqliteStore) Ready(ctx context.Context) error {
	err := s.read(ctx, "look at the log", func(c conn) error {
		_, err := c.query(sqlAnyEvent).found()
		return err
	})
	if err != nil || !s.failing.Load() {
		return err
	}
	return s.write(ctx, "try to write", func(t *tx) error { return t.touch(s.schema) })
}

// Stats is what was written so far.
func (s *sqliteStore) Stats() Stats {
	return Stats{Commits: s.writer.commits.Load(), Writes: s.writer.writes.Load()}
}

// read lends a reading connection to do. What it reads is what was committed
// when it began.
func (s *sqliteStore) read(ctx context.Context, doing string, do func(conn) error) error {
	select {
	case c := <-s.readers:
		defer func() { s.readers <- c }()
		if err := do(c); err != nil {
			return unavailable(doing, err)
		}
		return nil
	case <-s.closed:
		return unavailable(doing, errClosed)
	case <-ctx.Done():
		return unavailable(doing, ctx.Err())
	}
}

// write has do run in a transaction with whatever else waits, and returns once
// that is on disk. do may run more than once, the last time for good; an error
// of its own takes nothing back but its own.
func (s *sqliteStore) write(ctx context.Context, doing string, do func(*tx) error) error {
	return s.ask(ctx, doing, &work{do: do})
}

// writeUnder is write for what is done under a claim, if ctx is of one.
func (s *sqliteStore) writeUnder(ctx context.Context, doing string, do func(*tx) error) error {
	return s.write(ctx, doing, func(t *tx) error {
		if stale(ctx) {
			return errLost
		}
		return do(t)
	})
}

// look has the writer's connection read between two transactions: for what is read
// as often as something is written. It waits for the transaction under way.
func (s *sqliteStore) look(ctx context.Context, doing string, look func(conn) error) error {
	return s.ask(ctx, doing, &work{look: look})
}

func (s *sqliteStore) ask(ctx context.Context, doing string, w *work) error {
	w.answer = make(chan error, 1)
	if !s.writer.queue.put(w) {
		return unavailable(doing, errClosed)
	}
	select {
	case err := <-w.answer:
		return answered(doing, err)
	case <-ctx.Done():
	}
	if w.drop() {
		return unavailable(doing, ctx.Err())
	}
	return answered(doing, <-w.answer)
}

func answered(doing string, err error) error {
	if err == nil {
		return nil
	}
	return unavailable(doing, err)
}

var errClosed = errors.New("the log is closed")

// invalid is the error for an event that cannot be kept.
func invalid(format string, args ...any) error {
	return careline.NewError(careline.CodeInvalid, "This report cannot be kept.", fmt.Errorf(format, args...))
}
